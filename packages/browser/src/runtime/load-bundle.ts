/**
 * Fetches an app's module and holds it against its digest, at every load.
 * Trust: the address may be anyone's; what comes back is bounded and only ever run in the sandbox.
 */
import { BerthError } from "@berth/protocol";
import { readText } from "../proxy/read-body.ts";
import type { BundleSource } from "./app-source.ts";

const maxBundleBytes = 20_971_520;

export interface LoadBundleOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** True where a page is wanted: an app's own HTML. */
  readonly isPage?: boolean;
}

/** @throws BerthError VIEW_LOAD_FAILED, PACKAGE_DIGEST_MISMATCH */
export async function loadBundle(
  bundle: BundleSource,
  options: LoadBundleOptions,
): Promise<string> {
  const code = "code" in bundle ? bundle.code : await loadText(bundle.url, options);
  if (bundle.digest !== undefined) await checkDigest(code, bundle.digest);
  return code;
}

/** @throws BerthError VIEW_LOAD_FAILED */
export async function loadText(url: string, options: LoadBundleOptions): Promise<string> {
  const absolute = new URL(url, globalThis.document?.baseURI).href;
  try {
    const response = await options.fetch(absolute, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: options.signal,
    });
    if (!response.ok)
      throw new BerthError("VIEW_LOAD_FAILED", `${absolute} answered ${response.status}.`);
    const isAnsweredByPage = response.headers.get("content-type")?.includes("text/html") === true;
    if (isAnsweredByPage && options.isPage !== true)
      throw new BerthError(
        "VIEW_LOAD_FAILED",
        `${absolute} answered a page, not a script; is the address right?`,
      );
    return await readText(response, maxBundleBytes);
  } catch (cause) {
    if (cause instanceof BerthError) throw cause;
    throw new BerthError("VIEW_LOAD_FAILED", `${absolute} could not be fetched.`, { cause });
  }
}

async function checkDigest(code: string, digest: string): Promise<void> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  const hex = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== digest)
    throw new BerthError(
      "PACKAGE_DIGEST_MISMATCH",
      `The view's module has the digest ${hex.slice(0, 12)}…, expected ${digest.slice(0, 12)}…; it is not run.`,
    );
}

/** What an address in a page means: a file of the app, or what the browser fetches by itself. */
import { posix } from "node:path";
import { BerthError } from "@berth/protocol";

export type PageAddress =
  /** Relative to the app's folder. */
  | { readonly kind: "file"; readonly path: string }
  /** Fetched while the app runs, if its domain was granted. */
  | { readonly kind: "remote"; readonly host: string }
  /** Nothing to fetch: data:, blob:, a fragment, or empty. */
  | { readonly kind: "inside" };

/** @throws BerthError BUILD_FAILED, which says where the address stands */
export function readAddress(
  address: string,
  about: { readonly source: string; readonly where: string },
): PageAddress {
  const text = address.trim();
  const { source, where } = about;
  if (text === "" || /^(?:#|data:|blob:|about:|javascript:|mailto:|tel:)/i.test(text))
    return { kind: "inside" };
  if (/^https?:/i.test(text)) {
    const url = URL.parse(text);
    if (url !== null) return { kind: "remote", host: url.host };
  }
  const shown = JSON.stringify(text.slice(0, 120));
  if (/^(?:\/\/|[a-z][a-z0-9+.-]*:)/i.test(text))
    throw refuse(
      source,
      `${where} is ${shown}; expected a file of the app, or an https:// address.`,
    );
  const plain = text.replace(/[?#].*$/s, "");
  let decoded: string;
  try {
    decoded = decodeURIComponent(plain);
  } catch (cause) {
    throw refuse(source, `${where} is ${shown}, which is no address.`, cause);
  }
  const path = decoded.startsWith("/")
    ? posix.normalize(decoded.slice(1))
    : posix.normalize(posix.join(posix.dirname(source), decoded));
  if (path.startsWith("..") || path.includes("\0") || path.includes("\\"))
    throw refuse(source, `${where} is ${shown}, which lies outside of the app's folder.`);
  return { kind: "file", path };
}

export function refuse(source: string, message: string, cause?: unknown): BerthError {
  const text = `${source}: ${message}`;
  return new BerthError("BUILD_FAILED", text, {
    cause,
    details: { problems: [{ path: source, message: text }] },
  });
}

/**
 * Requests that Berth itself makes to addresses which an organization's administrator wrote: a
 * provider's discovery, keys and tokens.
 *
 * Trust: the address may be chosen to reach what only this host reaches (SSRF). It is resolved once,
 * every address is judged by the rules of apps' egress, and exactly a judged one is connected to. A
 * redirect is an answer like any other and is not followed. Plain http is for the operator's own
 * network alone. Answers are bounded in size and in time.
 */
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { BerthError } from "@berth/protocol";
import { type AddressRules, createAddressRules } from "./addresses.ts";
import { defaultEgressLimits, type EgressOptions } from "./egress.ts";
import { exchange } from "./exchange.ts";
import { connectByHost, resolveByHost } from "./network.ts";
import { parseTarget, type Target } from "./target.ts";

export interface PlatformRequest {
  readonly url: string;
  readonly method?: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface PlatformAnswer {
  readonly status: number;
  /** The media type alone, in lower case; empty when none was sent. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** @throws EGRESS_DENIED, EGRESS_FAILED */
export type PlatformFetch = (request: PlatformRequest) => Promise<PlatformAnswer>;

const maxAnswerBytes = 262_144;
const timeoutMs = 10_000;

export function createPlatformFetch(
  options: Pick<EgressOptions, "allowPrivate" | "resolve" | "connect">,
): PlatformFetch {
  const rules = createAddressRules(options.allowPrivate ?? []);
  const publicRules = createAddressRules([]);
  const { resolve = resolveByHost, connect = connectByHost } = options;

  return async ({ url, method = "GET", headers = {}, body = "" }) => {
    const target = parseTarget(url);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const addresses =
        isIP(target.host) === 0 ? await unlessAborted(resolve(target.host), signal) : [target.host];
      const [address] = addresses;
      if (address === undefined) throw failed(target, "has no address");
      judge(target, addresses, { rules, publicRules });
      const socket = await connect({
        ...{ address, port: target.port, host: target.host, signal },
        isTls: target.scheme === "https",
      });
      const answer = await exchange({
        ...{ socket, target, method, signal },
        headers: [
          ...Object.entries(headers),
          ...(method !== "GET"
            ? [["content-length", String(Buffer.byteLength(body))] as const]
            : []),
        ],
        body: Readable.from(method !== "GET" ? [Buffer.from(body)] : []),
        limits: { ...defaultEgressLimits, maxResponseBytes: maxAnswerBytes },
        onBytesOut: () => undefined,
        onBytesIn: () => undefined,
      });
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(chunk as Buffer);
      const type = answer.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
      return {
        status: answer.status,
        contentType: (type ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
        body: Buffer.concat(chunks),
      };
    } catch (cause) {
      if (cause instanceof BerthError) throw cause;
      throw failed(target, "did not answer", cause);
    }
  };
}

/**
 * For what the operator named in an option: what is public, what `allowPrivate` has, and that very host, which
 * may be of the operator's own network.
 */
export function createFetchFor(
  options: Pick<EgressOptions, "allowPrivate" | "resolve" | "connect"> = {},
): (host: string) => PlatformFetch {
  const { allowPrivate = [] } = options;
  return (host) => createPlatformFetch({ ...options, allowPrivate: [...allowPrivate, host] });
}

function judge(
  target: Target,
  addresses: readonly string[],
  by: { readonly rules: AddressRules; readonly publicRules: AddressRules },
): void {
  // One bad address refuses them all: a name that mixes them is made to be retried until it fits.
  if (!addresses.every((address) => by.rules.isAllowed(address, target.host))) {
    throw new BerthError(
      "EGRESS_DENIED",
      `${target.authority} leads to an address that is not public; the operator can allow one of their own network by egress.allowPrivate.`,
    );
  }
  const isPublic = addresses.some((address) => by.publicRules.isAllowed(address, target.host));
  if (target.scheme === "https" || !isPublic) return;
  throw new BerthError(
    "EGRESS_DENIED",
    `${target.authority} would be reached by plain http; use https outside of the operator's own network.`,
  );
}

function failed(target: Target, why: string, cause?: unknown): BerthError {
  return new BerthError("EGRESS_FAILED", `${target.authority} ${why}.`, { cause });
}

/** A resolver takes no signal; its late answer is dropped. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * The document that a view's frame loads. It holds our bootstrap and the host's origin, nothing
 * of the app. No DOM is needed here: servers use it too.
 */
import { frameBootstrapHash, frameBootstrapSource } from "./bootstrap-source.ts";
import { frameContentSecurityPolicy } from "./csp.ts";

export interface FrameDocumentOptions {
  /** The one origin that the bootstrap speaks to, already checked by whoever serves this. */
  readonly hostOrigin: string;
  /** True where no header can carry the policy: it is then a meta element. */
  readonly isSelfContained?: boolean;
  /** True where the worker is to run the metered engine, which is WebAssembly. */
  readonly hasEngine?: boolean;
}

export function frameDocument({
  hostOrigin,
  isSelfContained = false,
  hasEngine = false,
}: FrameDocumentOptions): string {
  const policy = frameContentSecurityPolicy({ bootstrapHash: frameBootstrapHash, hasEngine });
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    isSelfContained
      ? `<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">`
      : "",
    `<meta name="berth-host" content="${escapeAttribute(hostOrigin)}">`,
    `<title>Berth view</title></head><body><script>${frameBootstrapSource}</script></body></html>`,
  ].join("");
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

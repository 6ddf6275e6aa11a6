/**
 * The content security policy of a frame's document, which its worker inherits: nothing may be
 * loaded or connected to; the one script is named by its hash; workers come from blobs only.
 */
export interface FramePolicyOptions {
  /** `sha256-…` of the bootstrap, as CSP writes it. */
  readonly bootstrapHash: string;
  /**
   * Origins that may frame the document. Omit for a meta element, which can neither say who may
   * frame it nor sandbox it: the iframe's own attribute does the latter.
   */
  readonly frameAncestors?: readonly string[];
  /** True where the worker runs the metered engine: WebAssembly, and still no code from text. */
  readonly hasEngine?: boolean;
}

export function frameContentSecurityPolicy(options: FramePolicyOptions): string {
  const shared = [
    "default-src 'none'",
    `script-src '${options.bootstrapHash}'${options.hasEngine === true ? " 'wasm-unsafe-eval'" : ""}`,
    "worker-src blob:",
    "child-src blob:",
    "webrtc 'block'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  if (options.frameAncestors === undefined) return shared.join("; ");
  const ancestors = options.frameAncestors.map(checkedOrigin).join(" ") || "'none'";
  return ["sandbox allow-scripts", ...shared, `frame-ancestors ${ancestors}`].join("; ");
}

function checkedOrigin(origin: string): string {
  if (!/^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(origin))
    throw new TypeError(`${JSON.stringify(origin)} is not an origin such as https://example.com.`);
  return origin;
}

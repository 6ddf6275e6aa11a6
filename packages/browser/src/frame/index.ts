export { frameBootstrapHash, frameBootstrapSource } from "./bootstrap-source.ts";
export { type FramePolicyOptions, frameContentSecurityPolicy } from "./csp.ts";
export { type FrameDocumentOptions, frameDocument } from "./document.ts";
export { htmlProxySource } from "./html-sources.ts";

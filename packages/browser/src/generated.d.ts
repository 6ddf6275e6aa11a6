/** What `npm run build` writes to dist/generated; declared here so that types need no build. */
declare module "#generated/frame-bootstrap" {
  /** The script of a frame's document. */
  export const frameBootstrapSource: string;
  /** Its hash as CSP writes it: `sha256-…`. */
  export const frameBootstrapHash: string;
}
declare module "#generated/app-worker" {
  /** The script that runs before the app's module in its worker. */
  export const appWorkerSource: string;
}
declare module "#generated/html-frames" {
  /** The script of the proxy frame's document, at the moderate level. */
  export const htmlProxySource: string;
  /** The script before anything of the app in the inner frame. */
  export const htmlFirstSource: string;
}
declare module "#generated/metered-worker" {
  export const meteredWorkerSource: string;
}

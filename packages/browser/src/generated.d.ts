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

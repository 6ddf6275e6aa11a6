/** This package's own version, which templates and the server report too. */
import { createRequire } from "node:module";

interface PackageJson {
  readonly version: string;
}

// Our own committed file; the same path from `src` and from `dist`.
export const cliVersion = (createRequire(import.meta.url)("../package.json") as PackageJson)
  .version;

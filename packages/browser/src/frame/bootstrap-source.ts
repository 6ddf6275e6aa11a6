/** The built bootstrap, re-declared so that the published types need nothing generated. */
import * as built from "#generated/frame-bootstrap";

/** The script of a frame's document: nothing else belongs in it. */
export const frameBootstrapSource: string = built.frameBootstrapSource;
/** Its SHA-256 as a CSP source expression writes it, without quotes: `sha256-…`. */
export const frameBootstrapHash: string = built.frameBootstrapHash;

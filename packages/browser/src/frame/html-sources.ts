/** The built scripts of the moderate level, re-declared so that the published types need nothing generated. */
import * as built from "#generated/html-frames";

/** The script of the proxy frame's document: nothing else belongs in it. */
export const htmlProxySource: string = built.htmlProxySource;
/** The script that runs before anything of the app in the inner frame's document. */
export const htmlFirstSource: string = built.htmlFirstSource;

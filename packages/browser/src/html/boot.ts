/** What the host hands to the two frames of an app's own HTML. No imports: both frames bundle it. */

/**
 * Over the control port, once: what the proxy frame shows. It answers with `HtmlFrameNews`. After it
 * comes an `HtmlTheme` whenever that changes.
 */
export interface HtmlBoot {
  readonly theme: HtmlTheme;
  /** The inner frame's accessible name. */
  readonly title: string;
  /** The whole of the inner frame's document. */
  readonly document: string;
  readonly maxMessageBytes: number;
}

/** The scheme that the app's document prefers: what its `prefers-color-scheme` says. */
export type HtmlTheme = "light" | "dark";

/**
 * `up`: our script runs in the inner frame. `loaded`: its document has. `left`: it has loaded
 * another one. The rest: it sent what is not passed on.
 */
export type HtmlFrameNews = "up" | "loaded" | "left" | "unreadable" | "too-large";

/** In the first script's `data-berth`. */
export interface HtmlFirstSettings {
  readonly blockedAPIs: readonly string[];
}

/** Sent by the first script: the app's HTML may know nothing of the protocol. */
export const htmlReportMethod = "berth/report";

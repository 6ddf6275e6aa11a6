/** What a page does for an app that draws its own HTML. Each left out is refused to the app. */
import type { McpContentBlock } from "@berth/protocol";

export interface ModelContext {
  readonly content: readonly McpContentBlock[];
  readonly structuredContent: Readonly<Record<string, unknown>> | undefined;
}

/** How a page shows an app: in its text, over everything, or in a small window above. */
export type DisplayMode = "inline" | "fullscreen" | "pip";

/** May throw a BerthError, whose code and message the app is told; other errors it is not. */
export interface HtmlHost {
  /**
   * Opens an address for the user: always https, and only with a grant of `ui` `open-link`. At
   * most 20 a minute; asking the user first is the page's to do.
   */
  readonly openLink?: (url: string) => void | Promise<void>;
  /** The app says something in the user's name, in a conversation, say. At most 20 a minute. */
  readonly message?: (content: readonly McpContentBlock[]) => void | Promise<void>;
  /** Replaces what the app wants a model to know. */
  readonly updateModelContext?: (context: ModelContext) => void | Promise<void>;
  /** What the app is told that it may ask for, beside `inline`. Default: nothing. */
  readonly displayModes?: readonly DisplayMode[];
  /**
   * The app asks to be shown otherwise, in one of `displayModes`; more than `inline` only with a
   * grant of `ui` of that name, and at most 20 times a minute. Returns how it is shown from now on;
   * what the user changes, the page tells by `ViewSurface.setDisplayMode`.
   */
  readonly requestDisplayMode?: (mode: DisplayMode) => DisplayMode | Promise<DisplayMode>;
  /** The tool whose call the app shows. */
  readonly tool?: Readonly<Record<string, unknown>> & { readonly name: string };
  /** The frame is never made higher, whatever the app says of its size. Default 4,000. */
  readonly maxHeightPx?: number;
}

export const defaultMaxHeightPx = 4_000;

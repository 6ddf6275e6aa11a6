/** What a page does for an app that draws its own HTML. Each left out is refused to the app. */
import type { McpContentBlock } from "@berth/protocol";

export interface ModelContext {
  readonly content: readonly McpContentBlock[];
  readonly structuredContent: Readonly<Record<string, unknown>> | undefined;
}

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
  /** The tool whose call the app shows. */
  readonly tool?: Readonly<Record<string, unknown>> & { readonly name: string };
  /** The frame is never made higher, whatever the app says of its size. Default 4,000. */
  readonly maxHeightPx?: number;
}

export const defaultMaxHeightPx = 4_000;

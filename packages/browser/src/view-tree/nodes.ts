/** What a view has drawn, as the host's components see it. Immutable; JSON only. */
import type { CatalogEventName, CatalogName } from "@berth/protocol";

export interface ElementNode {
  readonly kind: "element";
  readonly id: string;
  readonly name: CatalogName;
  /** Every value has passed the catalog's schema of this component. */
  readonly props: Readonly<Record<string, unknown>>;
  /** The events that the app listens to. */
  readonly events: readonly CatalogEventName[];
  readonly children: readonly string[];
}

export interface TextNode {
  readonly kind: "text";
  readonly id: string;
  readonly text: string;
}

/** Holds a place and draws nothing. */
export interface CommentNode {
  readonly kind: "comment";
  readonly id: string;
}

export interface RootNode {
  readonly kind: "root";
  readonly id: typeof rootId;
  readonly children: readonly string[];
}

export type ViewNode = ElementNode | TextNode | CommentNode | RootNode;

export const rootId = "~";

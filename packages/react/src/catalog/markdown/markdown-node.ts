/** What a readme may hold. There is no node for HTML, styles, scripts or images. */
export type InlineNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly children: readonly InlineNode[] }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly InlineNode[] };

export type BlockNode =
  | {
      readonly kind: "heading";
      readonly level: 1 | 2 | 3 | 4;
      readonly children: readonly InlineNode[];
    }
  | { readonly kind: "paragraph"; readonly children: readonly InlineNode[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "quote"; readonly children: readonly InlineNode[] }
  | {
      readonly kind: "list";
      readonly isOrdered: boolean;
      readonly items: readonly (readonly InlineNode[])[];
    }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly InlineNode[])[];
      readonly rows: readonly (readonly (readonly InlineNode[])[])[];
    }
  | { readonly kind: "rule" };

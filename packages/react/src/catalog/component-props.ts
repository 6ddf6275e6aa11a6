/** What a catalog component takes: its schema's properties, its events, and children. */
import type { CatalogHandlers, CatalogName, CatalogProps } from "@berth/protocol";
import type { ReactNode } from "react";

/**
 * The properties have passed the catalog's schema: nothing else ever arrives here. A handler is
 * absent while the app does not listen to its event.
 */
export type ComponentProps<Name extends CatalogName> = Readonly<CatalogProps<Name>> &
  CatalogHandlers<Name> & { readonly children?: ReactNode };

/** Class names, the absent ones left out. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

/** Draws a component of the catalog by its name, as a view's renderer does. */
import {
  type CatalogHandlers,
  type CatalogName,
  type CatalogProps,
  catalog,
} from "@berth/protocol";
import { catalogComponents } from "@berth/react/catalog";
import { createElement, type ReactNode } from "react";

/** Throws when the properties are none that a view could send. */
export function draw<Name extends CatalogName>(
  name: Name,
  props: CatalogProps<Name>,
  handlers?: NoInfer<CatalogHandlers<Name>>,
  ...children: readonly ReactNode[]
): ReactNode {
  const parsed: Readonly<Record<string, unknown>> = catalog[name].props.parse(props);
  return (
    <div className="sample" data-sample={name}>
      {createElement(catalogComponents[name], { ...parsed, ...handlers }, ...children)}
    </div>
  );
}

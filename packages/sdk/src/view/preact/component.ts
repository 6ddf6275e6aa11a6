/** Makes a typed Preact component of each catalog element. */
import type { CatalogHandlers, CatalogName, CatalogProps, catalog } from "@berth/protocol";
import { type ComponentChildren, type FunctionComponent, h, type Key } from "preact";
import { elementsTable, tagOf } from "../elements-table.ts";

type Children<Name extends CatalogName> = (typeof catalog)[Name]["children"] extends "none"
  ? { readonly children?: never }
  : { readonly children?: ComponentChildren };

export type ComponentProps<Name extends CatalogName> = CatalogProps<Name> &
  CatalogHandlers<Name> &
  Children<Name> & { readonly key?: Key };

export function component<Name extends CatalogName>(
  name: Name,
): FunctionComponent<ComponentProps<Name>> {
  const tag = tagOf(name);
  const { props: known, events } = elementsTable[name];
  const handlers = events.map((event) => `on${event.charAt(0).toUpperCase()}${event.slice(1)}`);
  const draw = (given: Readonly<Record<string, unknown>>) => {
    const attributes: Record<string, unknown> = { catalogProps: pick(given, known) };
    for (const handler of handlers) {
      const listener = given[handler];
      if (typeof listener === "function")
        attributes[handler] = (event: CustomEvent<unknown>) => listener(event.detail);
    }
    return h(tag, attributes, given.children as ComponentChildren);
  };
  draw.displayName = name;
  // The table is held against the catalog by a test; the types follow the catalog.
  return draw as unknown as FunctionComponent<ComponentProps<Name>>;
}

function pick(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) if (given[name] !== undefined) picked[name] = given[name];
  return picked;
}

/** What the gallery shows of a component: plain data, as a view would send it. */
import type { CatalogEventName, CatalogName, CatalogProps, catalog } from "@berth/protocol";

export interface GalleryExample {
  readonly name: CatalogName;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: readonly (GalleryExample | string)[];
  /** The events that it listens to beside `change`, which it answers as an app would. */
  readonly hears: readonly CatalogEventName[];
  /** Takes the whole width of the gallery. */
  readonly isWide: boolean;
}

interface ExampleOptions<Name extends CatalogName> {
  readonly children?: readonly (GalleryExample | string)[];
  readonly hears?: readonly (typeof catalog)[Name]["events"][number][];
  readonly isWide?: boolean;
}

export function example<Name extends CatalogName>(
  name: Name,
  props: CatalogProps<Name>,
  options: ExampleOptions<Name> = {},
): GalleryExample {
  const { children = [], hears = [], isWide = false } = options;
  return { name, props, children, hears, isWide };
}

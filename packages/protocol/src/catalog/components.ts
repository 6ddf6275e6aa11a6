/**
 * The UI catalog: every component that a strict view may draw, with the schema of its
 * properties, its events and what may stand inside it. The host's receiver refuses
 * whatever is not here, so no unknown property ever reaches a React component.
 *
 * Element names on the wire are `berth-` and the component's name in kebab case.
 */
import * as z from "#schema";
import { contentComponents } from "./content-components.ts";
import { entryComponents } from "./entry-components.ts";
import { overlayComponents } from "./overlay-components.ts";
import {
  type CatalogEventName,
  component,
  field,
  finite,
  flag,
  gap,
  label,
  namedField,
  option,
  text,
  tone,
} from "./parts.ts";

export type { CatalogComponent, CatalogEventName } from "./parts.ts";

const cell = z.union([text(2000), finite, flag, z.null()]);
const format = z.enum(["text", "number", "currency", "percent", "date", "datetime"]);
const column = z.strictObject({
  key: text(64),
  label: text(120),
  align: z.optional(z.enum(["start", "end", "center"])),
  format: z.optional(format),
  /** ISO 4217, for `currency`. */
  currency: z.optional(z.string().check(z.regex(/^[A-Z]{3}$/))),
  isSortable: z.optional(flag),
});
const series = z.strictObject({
  name: text(120),
  values: z.array(z.nullable(finite)).check(z.maxLength(10_000)),
});
const chart = {
  label,
  categories: z.array(text(120)).check(z.maxLength(10_000)),
  series: z.array(series).check(z.maxLength(12)),
  height: z.optional(z.number().check(z.minimum(80), z.maximum(1000))),
  format: z.optional(format),
  currency: z.optional(z.string().check(z.regex(/^[A-Z]{3}$/))),
};

export const catalog = Object.freeze({
  Page: component({
    props: z.strictObject({ title: label, subtitle: z.optional(text()) }),
    events: [],
    children: "any",
  }),
  Stack: component({
    props: z.strictObject({
      direction: z.optional(z.enum(["vertical", "horizontal"])),
      gap: z.optional(gap),
      align: z.optional(z.enum(["start", "center", "end", "stretch", "baseline"])),
      justify: z.optional(z.enum(["start", "center", "end", "between"])),
      isWrapping: z.optional(flag),
    }),
    events: [],
    children: "any",
  }),
  Grid: component({
    props: z.strictObject({
      columns: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(12))),
      /** Pixels; the columns then adapt to the width. */
      minColumnWidth: z.optional(z.number().check(z.minimum(40), z.maximum(1000))),
      gap: z.optional(gap),
    }),
    events: [],
    children: "any",
  }),
  Card: component({
    props: z.strictObject({ title: z.optional(text(200)), padding: z.optional(gap) }),
    events: [],
    children: "any",
  }),
  Text: component({
    props: z.strictObject({
      tone: z.optional(z.enum(["default", "muted", "success", "warning", "danger"])),
      size: z.optional(z.enum(["sm", "md", "lg", "xl"])),
      weight: z.optional(z.enum(["regular", "medium", "bold"])),
      align: z.optional(z.enum(["start", "center", "end"])),
      isMonospace: z.optional(flag),
      isTruncated: z.optional(flag),
    }),
    events: [],
    children: "text",
  }),
  Heading: component({
    props: z.strictObject({
      level: z.optional(z.number().check(z.int(), z.minimum(2), z.maximum(4))),
    }),
    events: [],
    children: "text",
  }),
  Button: component({
    props: z.strictObject({
      variant: z.optional(z.enum(["primary", "secondary", "subtle", "danger"])),
      size: z.optional(z.enum(["sm", "md", "lg"])),
      accessibleLabel: z.optional(label),
      isDisabled: z.optional(flag),
      isLoading: z.optional(flag),
      isFullWidth: z.optional(flag),
    }),
    events: ["press"],
    children: "text",
  }),
  TextField: component({
    props: z.strictObject({
      ...namedField,
      value: text(20_000),
      placeholder: z.optional(text(200)),
      type: z.optional(z.enum(["text", "email", "url", "search", "tel"])),
      rows: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(40))),
      maxLength: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(20_000))),
    }),
    events: ["change", "submit"],
    children: "none",
  }),
  NumberField: component({
    props: z.strictObject({
      ...namedField,
      value: z.nullable(finite),
      placeholder: z.optional(text(200)),
      min: z.optional(finite),
      max: z.optional(finite),
      step: z.optional(finite),
    }),
    events: ["change", "submit"],
    children: "none",
  }),
  Select: component({
    props: z.strictObject({
      ...namedField,
      value: z.nullable(text(200)),
      placeholder: z.optional(text(200)),
      options: z.array(option).check(z.maxLength(1000)),
    }),
    events: ["change"],
    children: "none",
  }),
  Checkbox: component({
    props: z.strictObject({ ...namedField, isChecked: flag }),
    events: ["change"],
    children: "none",
  }),
  FileField: component({
    props: z.strictObject({
      ...field,
      /** File extensions, such as `.csv`. */
      accept: z.optional(
        z.array(z.string().check(z.regex(/^\.[a-z0-9]{1,10}$/))).check(z.maxLength(10)),
      ),
      /** The host refuses larger files; at most 900,000. */
      maxBytes: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(900_000))),
    }),
    events: ["change"],
    children: "none",
  }),
  DownloadButton: component({
    props: z.strictObject({
      label,
      fileName: z.string().check(z.regex(/^[\w][\w .()-]{0,99}$/)),
      mediaType: z.enum(["text/csv", "text/plain", "application/json"]),
      content: text(900_000),
      variant: z.optional(z.enum(["primary", "secondary", "subtle"])),
      isDisabled: z.optional(flag),
    }),
    events: [],
    children: "none",
  }),
  Tabs: component({
    props: z.strictObject({
      label,
      value: text(200),
      tabs: z.array(option).check(z.minLength(1), z.maxLength(20)),
    }),
    events: ["change"],
    children: "any",
  }),
  Table: component({
    props: z.strictObject({
      label,
      columns: z.array(column).check(z.minLength(1), z.maxLength(40)),
      rows: z
        .array(z.strictObject({ id: text(200), cells: z.record(text(64), cell) }))
        .check(z.maxLength(10_000)),
      emptyText: z.optional(text()),
      sortKey: z.optional(text(64)),
      sortDirection: z.optional(z.enum(["ascending", "descending"])),
      pageSize: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(10_000))),
      isRowPressable: z.optional(flag),
    }),
    events: ["rowPress", "sort"],
    children: "none",
  }),
  Stat: component({
    props: z.strictObject({
      label,
      value: text(60),
      detail: z.optional(text(120)),
      tone: z.optional(tone),
    }),
    events: [],
    children: "none",
  }),
  LineChart: component({ props: z.strictObject(chart), events: [], children: "none" }),
  BarChart: component({
    props: z.strictObject({
      ...chart,
      isStacked: z.optional(flag),
      isHorizontal: z.optional(flag),
    }),
    events: ["select"],
    children: "none",
  }),
  Badge: component({
    props: z.strictObject({ tone: z.optional(tone) }),
    events: [],
    children: "text",
  }),
  Alert: component({
    props: z.strictObject({ tone: z.optional(tone), title: z.optional(text(200)) }),
    events: ["close"],
    children: "any",
  }),
  Spinner: component({
    props: z.strictObject({ label, size: z.optional(z.enum(["sm", "md", "lg"])) }),
    events: [],
    children: "none",
  }),
  EmptyState: component({
    props: z.strictObject({ title: label, description: z.optional(text()) }),
    events: [],
    children: "any",
  }),
  ...entryComponents,
  ...contentComponents,
  ...overlayComponents,
});

export type CatalogName = keyof typeof catalog;
export type CatalogProps<Name extends CatalogName> = z.output<(typeof catalog)[Name]["props"]>;

/** What each event carries to the app. */
export interface CatalogEventDetails {
  readonly press: null;
  /** See `CatalogChangeDetails`. */
  readonly change: string | number | boolean | null | FileChange;
  /** TextField, NumberField: null; Form: what its fields hold. */
  readonly submit: null | FormValues;
  readonly close: null;
  /** The row's id. */
  readonly rowPress: string;
  readonly sort: { readonly key: string; readonly direction: "ascending" | "descending" };
  /** The category's index and the series' name. */
  readonly select: { readonly index: number; readonly series: string };
  /** The id or value of what was chosen in a Menu, List or Tree. */
  readonly choose: string;
  readonly toggle: { readonly id: string; readonly isOpen: boolean };
  /** The address of a link in a Markdown; http, https or mailto. */
  readonly link: string;
}

/** What `change` carries, by component. */
export interface CatalogChangeDetails {
  readonly TextField: string;
  readonly NumberField: number | null;
  readonly Select: string;
  readonly Tabs: string;
  readonly Checkbox: boolean;
  readonly Switch: boolean;
  readonly RadioGroup: string;
  /** `2026-11-22`; null once the field is empty. */
  readonly DateField: string | null;
  readonly FileField: FileChange;
}

/** What the named fields of a form hold; text that is empty is "". */
export type FormValues = Readonly<Record<string, string | number | boolean | null>>;

export type CatalogDetailOf<
  Name extends CatalogName,
  Event extends CatalogEventName,
> = Event extends "change"
  ? Name extends keyof CatalogChangeDetails
    ? CatalogChangeDetails[Name]
    : never
  : Event extends "submit"
    ? Name extends "Form"
      ? FormValues
      : null
    : CatalogEventDetails[Event];

/**
 * A component's events as handlers: `onPress`, `onChange`. One that returns a promise has heard the
 * event when the promise settles.
 */
export type CatalogHandlers<Name extends CatalogName> = {
  readonly [Event in (typeof catalog)[Name]["events"][number] as `on${Capitalize<Event>}`]?:
    | ((detail: CatalogDetailOf<Name, Event>) => void | Promise<void>)
    | undefined;
};

export interface FileChange {
  readonly name: string;
  readonly bytes: number;
  /** The file's content as UTF-8 text. */
  readonly text: string;
}

const names = new Map<string, CatalogName>(
  (Object.keys(catalog) as CatalogName[]).map((name) => [elementNameOf(name), name]),
);

/** `TextField` → `berth-text-field`. */
export function elementNameOf(name: CatalogName): string {
  return `berth${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The component that an element name means; undefined when it is not in the catalog. */
export function findCatalogName(elementName: string): CatalogName | undefined {
  return names.get(elementName);
}

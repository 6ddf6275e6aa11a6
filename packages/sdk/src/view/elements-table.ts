/**
 * The catalog as the worker needs it: names of properties and events, without the schemas, which
 * only the host needs. Held against the catalog by a test.
 */
import type { CatalogName } from "@berth/protocol";

export interface ElementDefinition {
  readonly props: readonly string[];
  readonly events: readonly string[];
}

const field = ["label", "description", "error", "isDisabled", "isRequired", "isLabelHidden"];
const named = [...field, "name"];
const chart = ["label", "categories", "series", "height", "format", "currency"];

const define = (props: readonly string[], events: readonly string[] = []): ElementDefinition =>
  Object.freeze({ props, events });

export const elementsTable: Readonly<Record<CatalogName, ElementDefinition>> = Object.freeze({
  Page: define(["title", "subtitle"]),
  Stack: define(["direction", "gap", "align", "justify", "isWrapping"]),
  Grid: define(["columns", "minColumnWidth", "gap"]),
  Card: define(["title", "padding"]),
  Text: define(["tone", "size", "weight", "align", "isMonospace", "isTruncated"]),
  Heading: define(["level"]),
  Button: define(
    ["variant", "size", "accessibleLabel", "isDisabled", "isLoading", "isFullWidth"],
    ["press"],
  ),
  TextField: define(
    [...named, "value", "placeholder", "type", "rows", "maxLength"],
    ["change", "submit"],
  ),
  NumberField: define(
    [...named, "value", "placeholder", "min", "max", "step"],
    ["change", "submit"],
  ),
  Select: define([...named, "value", "placeholder", "options"], ["change"]),
  Checkbox: define([...named, "isChecked"], ["change"]),
  FileField: define([...field, "accept", "maxBytes"], ["change"]),
  DownloadButton: define(["label", "fileName", "mediaType", "content", "variant", "isDisabled"]),
  Tabs: define(["label", "value", "tabs"], ["change"]),
  Table: define(
    [
      ...["label", "columns", "rows", "emptyText", "sortKey", "sortDirection", "pageSize"],
      "isRowPressable",
    ],
    ["rowPress", "sort"],
  ),
  Stat: define(["label", "value", "detail", "tone"]),
  LineChart: define(chart),
  BarChart: define([...chart, "isStacked", "isHorizontal"], ["select"]),
  Badge: define(["tone"]),
  Alert: define(["tone", "title"], ["close"]),
  Spinner: define(["label", "size"]),
  EmptyState: define(["title", "description"]),
  Form: define(["label", "submitLabel", "rules", "error", "isBusy"], ["submit"]),
  DateField: define([...named, "value", "min", "max"], ["change"]),
  Switch: define([...named, "isChecked"], ["change"]),
  RadioGroup: define([...named, "value", "options", "direction"], ["change"]),
  Markdown: define(["source"], ["link"]),
  Code: define(["label", "code", "language", "isWrapping"]),
  Tree: define(["label", "items", "value"], ["choose", "toggle"]),
  Image: define(["source", "label", "caption", "width", "isRounded"]),
  List: define(["label", "items", "isOrdered", "emptyText"], ["choose"]),
  Progress: define(["label", "value", "detail", "tone"]),
  Divider: define(["label"]),
  Modal: define(["title", "isOpen", "size"], ["close"]),
  Drawer: define(["title", "isOpen", "size", "side"], ["close"]),
  Toast: define(["message", "tone", "actionLabel"], ["press", "close"]),
  Menu: define(["label", "isLabelHidden", "items", "isDisabled"], ["choose"]),
});

/** `TextField` → `berth-text-field`; as protocol's `elementNameOf`, without its schemas. */
export function tagOf(name: string): string {
  return `berth${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

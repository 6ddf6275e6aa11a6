import type { CatalogProps } from "@berth/protocol";

export type Column = CatalogProps<"Table">["columns"][number];

const numeric: ReadonlySet<Column["format"]> = new Set(["number", "currency", "percent"]);

/** Figures end at the same place, so that their digits stand beneath each other. */
export function alignOf({ align, format }: Column): "start" | "center" | "end" {
  return align ?? (numeric.has(format) ? "end" : "start");
}

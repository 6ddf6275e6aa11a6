/** @jsxImportSource preact */
/** A table of ten thousand rows, as many as the catalog takes. */
import { definePreactView, Table } from "@berth/sdk/view/preact";

const columns = [
  { key: "a", label: "Number", format: "number" },
  { key: "b", label: "Name" },
  { key: "c", label: "Amount", format: "number" },
] as const;
const rows = Array.from({ length: 10_000 }, (_, index) => ({
  id: `r${index}`,
  cells: { a: index, b: `Name ${index}`, c: (index * 7919) % 10_007 },
}));

definePreactView(function Rows() {
  return <Table label="Rows" columns={[...columns]} rows={rows} pageSize={10_000} />;
});

/** Numbers, drawn and in rows. */
import { example } from "./example.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const customers = ["Aurora Foods", "Bright Mills", "Cedar & Sons", "Delta Trade", "Elm Street"];

export const figureExamples = {
  LineChart: [
    example("LineChart", {
      label: "Revenue by month",
      categories: months,
      format: "currency",
      currency: "USD",
      height: 200,
      series: [
        { name: "2026", values: [212, 234, 251, 240, 289, 305, null, 318, 340, 361, 355, 402] },
        { name: "2025", values: [180, 190, 214, 222, 230, 241, 260, 255, 271, 290, 301, 318] },
      ],
    }),
  ],
  BarChart: [
    example(
      "BarChart",
      {
        label: "Orders by region",
        categories: ["North", "South", "East", "West"],
        isStacked: true,
        height: 200,
        series: [
          { name: "Online", values: [820, 640, 910, 480] },
          { name: "Store", values: [420, 380, 250, 510] },
        ],
      },
      { hears: ["select"] },
    ),
  ],
  Stat: [
    example("Stat", {
      label: "Revenue",
      value: "$3.63M",
      detail: "+14.2% on last year",
      tone: "success",
    }),
    example("Stat", { label: "Average order", value: "$290.81", detail: "−0.8%", tone: "danger" }),
  ],
  Table: [
    example(
      "Table",
      {
        label: "Orders",
        columns: [
          { key: "order", label: "Order" },
          { key: "customer", label: "Customer", isSortable: true },
          { key: "placed", label: "Placed", format: "date", isSortable: true },
          {
            key: "total",
            label: "Total",
            format: "currency",
            currency: "USD",
            align: "end",
            isSortable: true,
          },
        ],
        rows: Array.from({ length: 23 }, (_, index) => ({
          id: `o${index}`,
          cells: {
            order: `SO-${1040 + index}`,
            customer: customers[index % customers.length] ?? null,
            placed: `2026-10-${String(1 + index).padStart(2, "0")}`,
            total: 120 + ((index * 731) % 900),
          },
        })),
        pageSize: 5,
        isRowPressable: true,
      },
      { hears: ["rowPress"], isWide: true },
    ),
  ],
};

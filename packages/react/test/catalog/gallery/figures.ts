/** The figures that the gallery shows. */
import type { CatalogProps } from "@berth/protocol";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const thousands = (values: readonly (number | null)[]): (number | null)[] =>
  values.map((value) => (value === null ? null : value * 1000));

export const revenue: CatalogProps<"LineChart"> = {
  label: "Revenue by month",
  categories: months,
  format: "currency",
  currency: "USD",
  series: [
    {
      name: "2026",
      values: thousands([212, 234, 251, 240, 289, 305, null, 318, 340, 361, 355, 402]),
    },
    {
      name: "2025",
      values: thousands([180, 190, 214, 222, 230, 241, 260, 255, 271, 290, 301, 318]),
    },
  ],
};

/** A walk of 9,000 steps, always the same. */
function createWalk(): number[] {
  let seed = 7;
  let at = 100;
  return Array.from({ length: 9_000 }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    at += seed / 2_147_483_647 - 0.497;
    return Math.round(at * 100) / 100;
  });
}

export const readings: CatalogProps<"LineChart"> = {
  label: "Temperature, 9,000 readings",
  categories: createWalk().map((_, index) => `#${index + 1}`),
  series: [{ name: "Sensor 4", values: createWalk() }],
};

export const orders: CatalogProps<"BarChart"> = {
  label: "Orders by region",
  categories: ["North", "South", "East", "West", "Central"],
  isStacked: true,
  series: [
    { name: "Online", values: [820, 640, 910, 480, 300] },
    { name: "Store", values: [420, 380, 250, 510, 190] },
    { name: "Partner", values: [120, 90, 140, 60, 75] },
  ],
};

export const margins: CatalogProps<"BarChart"> = {
  label: "Margin by region",
  categories: orders.categories,
  format: "percent",
  series: [
    { name: "2026", values: [0.31, 0.28, 0.35, -0.06, 0.22] },
    { name: "2025", values: [0.29, 0.24, 0.31, 0.04, null] },
  ],
};

export const customers: CatalogProps<"BarChart"> = {
  label: "Best customers",
  isHorizontal: true,
  format: "currency",
  currency: "USD",
  height: 200,
  categories: [
    "Aurora Foods",
    "Bluewave",
    "Cinder & Co",
    "Delta Marine",
    "Ember Health Systems International",
  ],
  series: [{ name: "Revenue", values: [412_000, 388_000, 301_000, 274_000, 198_000] }],
};

const names = ["Aurora Foods", "Bluewave", "Cinder & Co", "Delta Marine"];

export const orderTable: CatalogProps<"Table"> = {
  label: "Orders",
  pageSize: 8,
  isRowPressable: true,
  columns: [
    { key: "order", label: "Order", isSortable: true },
    { key: "customer", label: "Customer", isSortable: true },
    { key: "total", label: "Total", format: "currency", currency: "USD", isSortable: true },
    { key: "margin", label: "Margin", format: "percent", isSortable: true },
    { key: "placed", label: "Placed", format: "date", isSortable: true },
    { key: "isPaid", label: "Paid", align: "center" },
  ],
  rows: Array.from({ length: 120 }, (_, index) => ({
    id: `o${index}`,
    cells: {
      order: `SO-${1040 + index}`,
      customer: names[index % names.length] ?? null,
      total: 120 + ((index * 7919) % 9000),
      margin: index % 11 === 3 ? null : ((index * 37) % 60) / 100,
      placed: `2026-0${(index % 9) + 1}-1${index % 10}`,
      isPaid: index % 3 !== 0,
    },
  })),
};

/** What both sides show: so many orders as a dashboard's first page has. */
export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly total: number;
  readonly isPaid: boolean;
}

export const orders: readonly Order[] = Array.from({ length: 50 }, (_, index) => ({
  id: `Order ${1001 + index}`,
  customer: `Customer ${(index * 7) % 23}`,
  total: ((index * 7919) % 100_000) / 100,
  isPaid: index % 3 !== 0,
}));

export const columns = [
  { key: "id", label: "Order", isSortable: true },
  { key: "customer", label: "Customer", isSortable: true },
  { key: "total", label: "Total", format: "currency", currency: "EUR", isSortable: true },
  { key: "isPaid", label: "Paid" },
] as const;

export const rows = orders.map(({ id, customer, total, isPaid }) => ({
  id,
  cells: { id, customer, total, isPaid },
}));

export const stats = [
  { label: "Orders", value: String(orders.length) },
  { label: "Open", value: String(orders.filter(({ isPaid }) => !isPaid).length) },
  { label: "Largest", value: String(Math.max(...orders.map(({ total }) => total))) },
] as const;

/** Stands in the page when all of it does. */
export const lastText = "Order 1050";

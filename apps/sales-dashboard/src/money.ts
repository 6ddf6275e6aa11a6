/** Dollars as people read them: `$ 2.8 B`, `$ 760 M`, `$ 146 k`. */
export function formatMoney(dollars: number): string {
  const steps = [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const;
  for (const [size, unit] of steps) {
    if (Math.abs(dollars) < size) continue;
    const amount = dollars / size;
    return `$ ${amount.toFixed(amount < 10 ? 1 : 0)} ${unit}`;
  }
  return `$ ${dollars}`;
}

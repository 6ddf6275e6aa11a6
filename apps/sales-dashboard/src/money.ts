/** Dollars as people read them: `$2.8B`, `$760M`, `$146K`. */
export function formatMoney(dollars: number): string {
  const steps = [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "K"],
  ] as const;
  for (const [size, unit] of steps) {
    if (Math.abs(dollars) < size) continue;
    const amount = dollars / size;
    return `$${amount.toFixed(amount < 10 ? 1 : 0)}${unit}`;
  }
  return `$${dollars}`;
}

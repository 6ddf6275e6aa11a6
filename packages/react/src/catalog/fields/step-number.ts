export interface NumberBounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | undefined;
}

/** Bounds that contradict each other bind by the lower one. */
export function clampNumber(value: number, { min, max }: NumberBounds): number {
  return Math.max(min ?? -Infinity, Math.min(max ?? Infinity, value));
}

/** `steps` steps away, without the noise of binary fractions: 0.1 + 0.2 is 0.3. */
export function stepNumber(value: number | null, steps: number, bounds: NumberBounds): number {
  const step = bounds.step === undefined || bounds.step === 0 ? 1 : Math.abs(bounds.step);
  const from = value ?? clampNumber(0, bounds);
  const digits = Math.min(20, Math.max(fractionDigits(step), fractionDigits(from)));
  const next = from + steps * step;
  return clampNumber(Math.abs(next) < 1e15 ? Number(next.toFixed(digits)) : next, bounds);
}

function fractionDigits(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1] ?? "").length - Number(exponent));
}

/** Numbers, sizes and times, in words that a reader of that language expects. */
export interface Format {
  number(value: number): string;
  /** 1 MB is 1,000,000 bytes. */
  bytes(value: number): string;
  durationMs(value: number): string;
  /** Date and time of day, in the reader's time zone. */
  instant(value: string): string;
  time(value: string): string;
  /** "3 minutes ago"; `nowMs` is passed in so that it can be tested. */
  ago(value: string, nowMs: number): string;
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const agoUnits = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

export function createFormat(language: string): Format {
  const numbers = new Intl.NumberFormat(language);
  const instants = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const times = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  const unit = (value: number, name: string, digits: number) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  return {
    number: (value) => numbers.format(value),
    bytes: (value) => {
      const power = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), 4);
      const scaled = value / 1000 ** power;
      return unit(scaled, byteUnits[power] ?? "byte", power === 0 || scaled >= 100 ? 0 : 1);
    },
    durationMs: (value) => {
      if (value < 1000) return unit(Math.round(value), "millisecond", 0);
      if (value < 60_000) return unit(value / 1000, "second", 1);
      if (value < 3_600_000) return unit(value / 60_000, "minute", 1);
      return unit(value / 3_600_000, "hour", 1);
    },
    instant: (value) => instants.format(new Date(value)),
    time: (value) => times.format(new Date(value)),
    ago: (value, nowMs) => {
      const pastMs = new Date(value).getTime() - nowMs;
      for (const [name, lengthMs] of agoUnits) {
        if (Math.abs(pastMs) >= lengthMs) {
          return relative.format(Math.trunc(pastMs / lengthMs), name);
        }
      }
      return relative.format(0, "minute");
    },
  };
}

/** Figures and times in the reader's language. */
export interface InspectorFormat {
  /** At most one digit after the point; a dash where there is none. */
  readonly number: (value: number | null | undefined) => string;
  readonly bytes: (value: number) => string;
  readonly duration: (ms: number | null | undefined) => string;
  readonly share: (value: number | null) => string;
  /** With tenths of a second, as events come close. */
  readonly time: (at: number) => string;
  readonly minute: (at: number | Date) => string;
}

const nothing = "–";
const bytesPerKb = 1_024;

export function createInspectorFormat(
  locale: string,
  timeZone: string | undefined,
): InspectorFormat {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat(locale, {
    ...zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 1,
    hourCycle: "h23",
  });
  const minutes = new Intl.DateTimeFormat(locale, {
    ...zone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return {
    number: (value) => (value === null || value === undefined ? nothing : numbers.format(value)),
    bytes(value) {
      if (value < bytesPerKb) return `${whole.format(value)} B`;
      const kilobytes = value / bytesPerKb;
      return kilobytes < bytesPerKb
        ? `${numbers.format(kilobytes)} kB`
        : `${numbers.format(kilobytes / bytesPerKb)} MB`;
    },
    duration(ms) {
      if (ms === null || ms === undefined) return nothing;
      return ms < 1_000 ? `${whole.format(ms)} ms` : `${numbers.format(ms / 1_000)} s`;
    },
    share: (value) => (value === null ? nothing : percent.format(value)),
    time: (at) => clock.format(at),
    minute: (at) => minutes.format(at),
  };
}

/** Shows a value as its column or axis says. */
import type { CatalogMessages } from "./messages.ts";

export type ValueFormat = "text" | "number" | "currency" | "percent" | "date" | "datetime";

export interface FormatOptions {
  readonly format?: ValueFormat | undefined;
  /** ISO 4217; without it, `currency` is a number of two digits. */
  readonly currency?: string | undefined;
  readonly locale: string;
  readonly timeZone?: string | undefined;
  readonly messages: Pick<CatalogMessages, "yes" | "no">;
  /** Fewer digits, as on an axis: 12.3K. */
  readonly isCompact?: boolean;
}

export type Formatter = (value: unknown) => string;

const nothing = "–";
const calendarDate = /^\d{4}-\d{2}-\d{2}$/;

/** A value that is not of the format is shown as it is; null is a dash. */
export function createFormatter(options: FormatOptions): Formatter {
  const { format = "text", messages } = options;
  const number = numberFormatter(options);
  const date = format === "date" || format === "datetime" ? dateFormatter(options) : undefined;
  return (value) => {
    if (value === null || value === undefined || value === "") return nothing;
    if (typeof value === "boolean") return value ? messages.yes : messages.no;
    if (date !== undefined) return date(value);
    return typeof value === "number" ? number(value) : String(value);
  };
}

function numberFormatter(options: FormatOptions): (value: number) => string {
  const { format = "text", locale, currency, isCompact = false } = options;
  const create = (extra: Intl.NumberFormatOptions): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, extra);
  if (format === "percent") {
    const percent = create({ style: "percent", maximumFractionDigits: 1 });
    return (value) => percent.format(value);
  }
  const money: Intl.NumberFormatOptions =
    format === "currency" && currency !== undefined ? { style: "currency", currency } : {};
  if (isCompact) {
    const compact = create({
      ...money,
      notation: "compact",
      minimumFractionDigits: 0,
      maximumFractionDigits: 2,
    });
    return (value) => compact.format(value);
  }
  if (format === "currency") {
    const cents = currency === undefined ? { minimumFractionDigits: 2 } : {};
    const tool = create({ ...money, ...cents });
    return (value) => tool.format(value);
  }
  // Text may be an identifier or a year: no grouping.
  const plain = create(
    format === "text"
      ? { useGrouping: false, maximumFractionDigits: 12 }
      : { maximumFractionDigits: 2 },
  );
  const small = create({ maximumSignificantDigits: 3 });
  return (value) =>
    format === "number" && Math.abs(value) < 1 ? small.format(value) : plain.format(value);
}

function dateFormatter(options: FormatOptions): (value: unknown) => string {
  const { format, locale, timeZone } = options;
  const style: Intl.DateTimeFormatOptions =
    format === "date" ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
  const zoned = new Intl.DateTimeFormat(locale, { ...style, timeZone });
  // A day of the calendar is the same day everywhere.
  const unzoned = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return (value) => {
    const at = new Date(typeof value === "number" ? value : String(value));
    if (Number.isNaN(at.getTime())) return String(value);
    return typeof value === "string" && calendarDate.test(value)
      ? unzoned.format(at)
      : zoned.format(at);
  };
}

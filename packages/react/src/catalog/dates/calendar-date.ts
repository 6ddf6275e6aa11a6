/**
 * Days of the calendar as `2026-11-22`: a day is the same day everywhere, so there is no clock and
 * no time zone in it. Only what today is depends on where one is.
 */

const dayMs = 86_400_000;

function timeOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Stays within the years 1 to 9999. */
export function addDays(date: string, days: number): string {
  return within(timeOf(date) + days * dayMs, date);
}

/** The same day of another month, or the last that the month has. */
export function addMonths(date: string, months: number): string {
  const at = new Date(timeOf(date));
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + months);
  const last = new Date(at);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  at.setUTCDate(Math.min(day, last.getUTCDate()));
  return within(at.getTime(), date);
}

function within(time: number, fallback: string): string {
  const isKnown = time >= timeOf("0001-01-01") && time <= timeOf("9999-12-31");
  return isKnown ? dateOf(time) : fallback;
}

export function todayIn(timeZone: string | undefined, now = new Date()): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    calendar: "gregory",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(now);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}

/** 0 for Sunday. Monday where the browser does not know. */
export function firstDayOfWeek(locale: string): number {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    readonly weekInfo?: { readonly firstDay?: number };
    getWeekInfo?(): { readonly firstDay?: number };
  };
  return ((known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1) % 7;
}

export function weekStart(date: string, firstDay: number): string {
  return addDays(date, -((new Date(timeOf(date)).getUTCDay() - firstDay + 7) % 7));
}

/** The weeks that a month touches, each of seven days. */
export function weeksOf(date: string, firstDay: number): readonly (readonly string[])[] {
  const month = date.slice(0, 7);
  const weeks: string[][] = [];
  let day = weekStart(`${month}-01`, firstDay);
  do {
    const first = day;
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(first, index)));
    day = addDays(first, 7);
  } while (day.startsWith(month) && weeks.length < 6);
  return weeks;
}

export type DateStyle = "figures" | "day" | "month" | "weekday" | "weekdayShort" | "full";

const styles: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = Object.freeze({
  figures: { year: "numeric", month: "2-digit", day: "2-digit", numberingSystem: "latn" },
  day: { day: "numeric" },
  month: { year: "numeric", month: "long" },
  weekday: { weekday: "long" },
  weekdayShort: { weekday: "narrow" },
  full: { dateStyle: "full" },
});

export function createDateFormat(locale: string, style: DateStyle): (date: string) => string {
  const tool = dateTool(locale, style);
  // Marks of direction would be typed over, and turn the figures round where the page reads otherwise.
  return (date) => tool.format(timeOf(date)).replace(/\p{Cf}/gu, "");
}

function dateTool(locale: string, style: DateStyle): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    ...styles[style],
    calendar: "gregory",
    timeZone: "UTC",
  });
}

/**
 * A date as the reader's language writes it in figures, or as `2026-11-22`. Two figures of a year
 * mean this century. Undefined for what is no day.
 */
export function readDate(text: string, locale: string): string | undefined {
  const figures = text.normalize("NFKC").match(/\d+/g) ?? [];
  if (figures.length !== 3 || /[^\d\s./,\-\p{Cf}\p{Lo}]/u.test(text.normalize("NFKC")))
    return undefined;
  const order = /^\s*\d{4}/.test(text)
    ? ["year", "month", "day"]
    : dateTool(locale, "figures")
        .formatToParts(0)
        .map(({ type }) => type)
        .filter((type) => ["year", "month", "day"].includes(type));
  const figure = (type: string): string => figures[order.indexOf(type)] ?? "";
  const year = figure("year").length === 2 ? `20${figure("year")}` : figure("year");
  if (year.length !== 4 || figure("month").length > 2 || figure("day").length > 2) return undefined;
  const date = `${year}-${figure("month").padStart(2, "0")}-${figure("day").padStart(2, "0")}`;
  const time = timeOf(date);
  return Number.isNaN(time) || dateOf(time) !== date || year === "0000" ? undefined : date;
}

/** Whether a moment lies within a weekly window, by the wall clock of a time zone. */

export const weekdays = Object.freeze(["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const);
export type Weekday = (typeof weekdays)[number];

export interface TimeWindow {
  readonly days?: readonly Weekday[];
  /** `HH:MM`; default 00:00. */
  readonly from?: string;
  /** `HH:MM`, not itself within; default 24:00. Earlier than `from`: on the next day. */
  readonly until?: string;
  readonly timeZone: string;
}

/**
 * A window over midnight belongs to the day on which it begins: `fri` from 22:00 until 06:00
 * holds at three on Saturday. Daylight saving moves with the zone's wall clock.
 *
 * @param at - milliseconds since the epoch
 * @throws RangeError for a zone that the engine does not know, or a moment that is none
 */
export function isWithinWindow(window: TimeWindow, at: number): boolean {
  return isWithinWeek(window, wallClock(at, window.timeZone));
}

/** The same by what the wall clock says: `day` of the week from Sunday, 0, and `minute` of the day. */
export function isWithinWeek(
  window: Omit<TimeWindow, "timeZone">,
  { day, minute }: { readonly day: number; readonly minute: number },
): boolean {
  const from = minuteOf(window.from ?? "00:00");
  const until = minuteOf(window.until ?? "24:00");
  const isToday = from < until ? from <= minute && minute < until : from <= minute;
  if (isToday) return includesDay(window.days, day);
  const isFromYesterday = from > until && minute < until;
  return isFromYesterday && includesDay(window.days, (day + 6) % 7);
}

function includesDay(days: readonly Weekday[] | undefined, day: number): boolean {
  if (days === undefined) return true;
  const name = weekdays[day];
  return Array.isArray(days) && name !== undefined && days.includes(name);
}

/** NaN for what is no time of day, which no comparison lets through. */
function minuteOf(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN);
}

function wallClock(at: number, timeZone: string): { day: number; minute: number } {
  // Left out, the engine would take the machine's own zone, which nobody named.
  if (typeof timeZone !== "string") throw new RangeError("The window names no time zone.");
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  const day = (weekdays as readonly string[]).indexOf(part("weekday").toLowerCase());
  return { day, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDays,
  addMonths,
  createDateFormat,
  firstDayOfWeek,
  readDate,
  todayIn,
  weeksOf,
} from "../../src/catalog/dates/calendar-date.ts";

const locales = ["en-US", "en-GB", "pt-BR", "de", "fr-CA", "ja", "ar-EG", "fa", "th", "hu", "ko"];

describe("a day of the calendar", () => {
  it("moves by days and months, and stays within the years 1 to 9999", () => {
    expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2026-03-31", -13)).toBe("2025-02-28");
    expect(addDays("9999-12-31", 1)).toBe("9999-12-31");
    expect(addMonths("0001-01-15", -1)).toBe("0001-01-15");
  });

  it("is today by the zone that is passed in", () => {
    const now = new Date("2026-11-22T23:30:00Z");
    expect(todayIn("UTC", now)).toBe("2026-11-22");
    expect(todayIn("Asia/Tokyo", now)).toBe("2026-11-23");
    expect(todayIn("America/Sao_Paulo", now)).toBe("2026-11-22");
  });

  it("stands in a month of whole weeks, from the locale's first day", () => {
    expect(firstDayOfWeek("en-US")).toBe(0);
    expect(firstDayOfWeek("de")).toBe(1);
    const weeks = weeksOf("2026-11-22", 1);
    expect(weeks[0]?.[0]).toBe("2026-10-26");
    expect(weeks.at(-1)?.at(-1)).toBe("2026-12-06");
    expect(weeks.every((week) => week.length === 7)).toBe(true);
  });

  it("is read as it is written, in every language", () => {
    const days = fc.integer({ min: 0, max: 20_000 }).map((offset) => addDays("1990-01-01", offset));
    for (const locale of locales) {
      const write = createDateFormat(locale, "figures");
      fc.assert(
        fc.property(days, (day) => {
          expect(readDate(write(day), locale), `${locale} ${write(day)}`).toBe(day);
          expect(readDate(day, locale)).toBe(day);
        }),
        { numRuns: 20 },
      );
    }
    expect(readDate("1.2.26", "de")).toBe("2026-02-01");
    expect(readDate("1/2/26", "en-US")).toBe("2026-01-02");
  });

  it.each(["", "tomorrow", "31/02/2026", "2026-11", "1 2 3 4", "99999999-1-1", "2026-11-22x<b>"])(
    "is not %j",
    (text) => {
      expect(readDate(text, "en-GB")).toBeUndefined();
    },
  );
});

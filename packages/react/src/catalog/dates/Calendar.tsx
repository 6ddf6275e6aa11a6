/** A month of days to choose from, walked by keys as the ARIA grid pattern says. */
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import { Icon } from "../icons.tsx";
import {
  addDays,
  addMonths,
  createDateFormat,
  firstDayOfWeek,
  todayIn,
  weekStart,
  weeksOf,
} from "./calendar-date.ts";

export interface CalendarProps {
  readonly value: string | null;
  readonly isAllowed: (date: string) => boolean;
  readonly onChoose: (date: string) => void;
}

export function Calendar({ value, isAllowed, onChoose }: CalendarProps): ReactNode {
  const { locale, timeZone, messages } = useSurroundings();
  const grid = useRef<HTMLTableElement>(null);
  const today = todayIn(timeZone);
  const [at, setAt] = useState(value ?? today);
  // The day that keys reach; those of the head leave the focus where it is.
  const [isFocusDue, setFocusDue] = useState(true);
  const firstDay = firstDayOfWeek(locale);
  const weeks = weeksOf(at, firstDay);
  const month = createDateFormat(locale, "month");
  const day = createDateFormat(locale, "day");
  const full = createDateFormat(locale, "full");
  const weekday = createDateFormat(locale, "weekday");
  const weekdayShort = createDateFormat(locale, "weekdayShort");

  useEffect(() => {
    if (isFocusDue) grid.current?.querySelector<HTMLElement>(`[data-day="${at}"]`)?.focus();
  }, [at, isFocusDue]);

  const goTo = (date: string, isByKey: boolean): void => {
    setFocusDue(isByKey);
    setAt(date);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const aside = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    const start = weekStart(at, firstDay);
    const months = event.shiftKey ? 12 : 1;
    const target = {
      ArrowLeft: addDays(at, -aside),
      ArrowRight: addDays(at, aside),
      ArrowUp: addDays(at, -7),
      ArrowDown: addDays(at, 7),
      Home: start,
      End: addDays(start, 6),
      PageUp: addMonths(at, -months),
      PageDown: addMonths(at, months),
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    goTo(target, true);
  };

  return (
    <div className="berth-calendar">
      <div className="berth-calendar-head">
        <button
          type="button"
          className="berth-icon-button"
          aria-label={messages.previousMonth}
          onClick={() => goTo(addMonths(at, -1), false)}
        >
          <Icon name="previous" />
        </button>
        <span className="berth-calendar-month" aria-live="polite">
          {month(at)}
        </span>
        <button
          type="button"
          className="berth-icon-button"
          aria-label={messages.nextMonth}
          onClick={() => goTo(addMonths(at, 1), false)}
        >
          <Icon name="next" />
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the grid pattern's own role */}
      <table ref={grid} role="grid" aria-label={month(at)} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {weeks[0]?.map((date) => (
              <th key={date} scope="col" abbr={weekday(date)}>
                <span aria-hidden="true">{weekdayShort(date)}</span>
                <span className="berth-hidden">{weekday(date)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((date) => (
                // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the grid pattern's own role
                // biome-ignore lint/a11y/useFocusableInteractive: the button inside has the focus
                <td key={date} role="gridcell" aria-selected={date === value}>
                  <button
                    type="button"
                    className="berth-day"
                    data-day={date}
                    data-outside={date.slice(0, 7) !== at.slice(0, 7) || undefined}
                    tabIndex={date === at ? 0 : -1}
                    aria-label={full(date)}
                    aria-current={date === today ? "date" : undefined}
                    aria-disabled={!isAllowed(date)}
                    onClick={() => {
                      if (isAllowed(date)) onChoose(date);
                    }}
                  >
                    {day(date)}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * A day, written as the reader's language does or chosen from a calendar. Not the browser's own
 * date input, which follows the browser's language instead of the page's.
 *
 * Told to the app: each day that is whole and allowed. What is no day stays in sight, with how to
 * write one, until it is mended.
 */
import { type ReactNode, useState } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import { Field } from "../fields/Field.tsx";
import { useEchoedValue } from "../fields/use-echoed-value.ts";
import { useFormField, useFormValue } from "../form/form-context.ts";
import { Icon } from "../icons.tsx";
import { usePopup } from "../overlays/use-popup.ts";
import { Calendar } from "./Calendar.tsx";
import { createDateFormat, readDate } from "./calendar-date.ts";

const example = "2026-12-31";

export function DateField(given: ComponentProps<"DateField">): ReactNode {
  const props = useFormField(given);
  const { locale, messages } = useSurroundings();
  const { shown, change } = useEchoedValue({ value: props.value, onChange: props.onChange });
  // What stands in the field while it is typed, and the day that it stood for then.
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: string | null }>();
  const [isLeft, setLeft] = useState(false);
  const popup = usePopup();
  const write = createDateFormat(locale, "figures");
  const draft = typed !== undefined && typed.value === shown ? typed.text : undefined;
  const isReadOnly = props.onChange === undefined;
  // ISO days are ordered as texts are.
  const isAllowed = (date: string): boolean =>
    (props.min === undefined || date >= props.min) &&
    (props.max === undefined || date <= props.max);

  const read = draft === undefined || draft.trim() === "" ? undefined : readDate(draft, locale);
  const isUnread = draft !== undefined && draft.trim() !== "" && read === undefined;
  const problem = isUnread
    ? messages.dateUnreadable(write(example))
    : read !== undefined && !isAllowed(read)
      ? messages.dateOutOfRange
      : undefined;

  useFormValue(props, shown, problem);

  const type = (text: string): void => {
    setLeft(false);
    const date = text.trim() === "" ? null : readDate(text, locale);
    const value = date === null || (date !== undefined && isAllowed(date)) ? date : null;
    setTyped({ text, value });
    if (value !== shown) change(value);
  };
  const leave = (): void => {
    setLeft(true);
    if (problem === undefined) setTyped(undefined);
  };
  const choose = (date: string): void => {
    setTyped(undefined);
    popup.close();
    if (date !== shown) change(date);
  };

  return (
    <Field {...props} error={(isLeft ? problem : undefined) ?? props.error}>
      {(control) => (
        <div {...popup.frame} className="berth-date">
          <input
            {...control}
            className="berth-input"
            type="text"
            autoComplete="off"
            maxLength={40}
            value={draft ?? (shown === null ? "" : write(shown))}
            placeholder={write(example)}
            disabled={props.isDisabled}
            readOnly={isReadOnly}
            onChange={(event) => type(event.target.value)}
            onBlur={leave}
          />
          <button
            ref={popup.button}
            type="button"
            className="berth-icon-button berth-date-button"
            aria-label={`${messages.chooseDate}: ${props.label}`}
            aria-haspopup="dialog"
            aria-expanded={popup.isOpen}
            disabled={props.isDisabled === true || isReadOnly}
            onClick={() => (popup.isOpen ? popup.close() : popup.open())}
          >
            <Icon name="calendar" />
          </button>
          {popup.isOpen ? (
            <div ref={popup.panel} className="berth-popup" role="dialog" aria-label={props.label}>
              <Calendar value={shown} isAllowed={isAllowed} onChoose={choose} />
            </div>
          ) : null}
        </div>
      )}
    </Field>
  );
}

/**
 * A number as the reader's language writes it. Not the browser's own number input, which follows
 * the browser's language instead of the page's and hides what it cannot read.
 *
 * Told to the app: whole numbers within the bounds while typing; on leaving, a number out of
 * bounds becomes the nearest that is allowed, and what is no number goes back to the last one.
 */
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import { useFormField, useFormValue } from "../form/form-context.ts";
import { Icon } from "../icons.tsx";
import { Field } from "./Field.tsx";
import { readNumber, writeNumber } from "./read-number.ts";
import { clampNumber, stepNumber } from "./step-number.ts";
import { useEchoedValue } from "./use-echoed-value.ts";

/** What stands in the field while it is typed, and the value that it stood for then. */
interface Typed {
  readonly text: string;
  readonly value: number | null;
}

export function NumberField(given: ComponentProps<"NumberField">): ReactNode {
  const props = useFormField(given);
  const { locale, messages } = useSurroundings();
  const { shown, change, expectAnswer } = useEchoedValue({
    value: props.value,
    onChange: props.onChange,
  });
  useFormValue(props, shown);
  const [typed, setTyped] = useState<Typed>();
  // A value that the app has set since is shown instead of what was typed.
  const draft = typed !== undefined && Object.is(typed.value, shown) ? typed.text : undefined;
  const isReadOnly = props.onChange === undefined;
  const isFixed = isReadOnly || props.isDisabled === true;

  const type = (text: string): void => {
    const number = readNumber(text, locale);
    const isAllowed =
      number !== undefined && (number === null || clampNumber(number, props) === number);
    const value = isAllowed ? number : shown;
    setTyped({ text, value });
    if (!Object.is(value, shown)) change(value);
  };
  const finish = (): void => {
    if (draft === undefined) return;
    setTyped(undefined);
    const number = readNumber(draft, locale);
    if (number === undefined || number === null) return;
    const allowed = clampNumber(number, props);
    if (!Object.is(allowed, shown)) change(allowed);
  };
  const step = (steps: number): void => {
    if (isFixed) return;
    const from = draft === undefined ? shown : (readNumber(draft, locale) ?? shown);
    const next = stepNumber(from, steps, props);
    setTyped(undefined);
    if (!Object.is(next, shown)) change(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const size = event.shiftKey ? 10 : 1;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      step(event.key === "ArrowUp" ? size : -size);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      finish();
      props.onSubmit?.(null);
      if (props.onSubmit !== undefined) expectAnswer();
    }
  };

  return (
    <Field {...props}>
      {(control) => (
        <div className="berth-number">
          <input
            {...control}
            className="berth-input"
            type="text"
            role="spinbutton"
            inputMode={props.min !== undefined && props.min >= 0 ? "decimal" : undefined}
            autoComplete="off"
            value={draft ?? writeNumber(shown, locale)}
            placeholder={props.placeholder}
            disabled={props.isDisabled}
            readOnly={isReadOnly}
            aria-valuenow={shown ?? undefined}
            aria-valuemin={props.min}
            aria-valuemax={props.max}
            aria-invalid={
              control["aria-invalid"] ||
              (draft !== undefined && readNumber(draft, locale) === undefined) ||
              undefined
            }
            onChange={(event) => type(event.target.value)}
            onBlur={finish}
            onKeyDown={onKeyDown}
          />
          {/* For the mouse; the keyboard has its arrows. */}
          <span className="berth-number-steps" aria-hidden="true">
            <button
              type="button"
              tabIndex={-1}
              title={messages.increase}
              disabled={isFixed}
              onClick={() => step(1)}
            >
              <Icon name="increase" size={12} />
            </button>
            <button
              type="button"
              tabIndex={-1}
              title={messages.decrease}
              disabled={isFixed}
              onClick={() => step(-1)}
            >
              <Icon name="decrease" size={12} />
            </button>
          </span>
        </div>
      )}
    </Field>
  );
}

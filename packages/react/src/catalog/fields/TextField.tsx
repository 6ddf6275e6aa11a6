import {
  type ChangeEvent,
  type CompositionEvent,
  type KeyboardEvent,
  type ReactNode,
  useRef,
  useState,
} from "react";
import { useBrowserLayoutEffect } from "../browser-layout-effect.ts";
import type { ComponentProps } from "../component-props.ts";
import { useFormField, useFormValue } from "../form/form-context.ts";
import { Field } from "./Field.tsx";
import { useEchoedValue } from "./use-echoed-value.ts";

type Control = HTMLInputElement | HTMLTextAreaElement;

/** The catalog's own bound on `value`. */
const maxTextLength = 20_000;

export function TextField(given: ComponentProps<"TextField">): ReactNode {
  const props = useFormField(given);
  const { rows = 1, type = "text", onSubmit } = props;
  const element = useRef<Control>(null);
  const caret = useRef<readonly [number, number]>(undefined);
  // Half-composed characters are shown, and told to the app once they are whole.
  const [composed, setComposed] = useState<string>();
  const { shown, change, expectAnswer } = useEchoedValue({
    value: props.value,
    onChange: props.onChange,
    beforeAdopt: () => {
      caret.current = caretOf(element.current);
    },
  });
  useFormValue(props, shown);
  // The caret moves when the value does.
  useBrowserLayoutEffect(() => {
    if (caret.current !== undefined) element.current?.setSelectionRange(...caret.current);
    caret.current = undefined;
  }, [shown]);

  const shared = {
    ref: (control: Control | null) => {
      element.current = control;
    },
    className: "berth-input",
    value: composed ?? shown,
    placeholder: props.placeholder,
    maxLength: props.maxLength ?? maxTextLength,
    disabled: props.isDisabled,
    readOnly: props.onChange === undefined,
    // What this page remembers of other forms is none of an app's business.
    autoComplete: "off",
    onChange: ({ target }: ChangeEvent<Control>): void => {
      // Typed before an adopted value was drawn: the caret is where the reader has it.
      caret.current = undefined;
      if (composed === undefined) change(target.value);
      else setComposed(target.value);
    },
    onCompositionStart: ({ currentTarget }: CompositionEvent<Control>): void =>
      setComposed(currentTarget.value),
    onCompositionEnd: ({ currentTarget }: CompositionEvent<Control>): void => {
      setComposed(undefined);
      change(currentTarget.value);
    },
    onKeyDown: (event: KeyboardEvent<Control>): void => {
      if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
      // Enter is a new line where there are several.
      if (rows > 1 && !event.ctrlKey && !event.metaKey) return;
      if (onSubmit === undefined) return;
      event.preventDefault();
      onSubmit(null);
      expectAnswer();
    },
  };
  return (
    <Field {...props}>
      {(control) =>
        rows > 1 ? (
          <textarea {...control} {...shared} rows={rows} />
        ) : (
          <input {...control} {...shared} type={type} />
        )
      }
    </Field>
  );
}

/** Undefined when the control is not focused, or is of a type without a caret to read. */
function caretOf(control: Control | null): readonly [number, number] | undefined {
  if (control === null || control !== control.ownerDocument.activeElement) return undefined;
  const { selectionStart, selectionEnd } = control;
  return selectionStart === null || selectionEnd === null
    ? undefined
    : [selectionStart, selectionEnd];
}

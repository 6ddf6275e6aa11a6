import type { ReactNode } from "react";
import type { ComponentProps } from "../component-props.ts";
import { useFormField, useFormValue } from "../form/form-context.ts";
import { Field } from "./Field.tsx";
import { useEchoedValue } from "./use-echoed-value.ts";

/**
 * Options are told apart by their place, since an app's values may be empty or alike. Going back to
 * the placeholder tells the app an empty text.
 */
export function Select(given: ComponentProps<"Select">): ReactNode {
  const props = useFormField(given);
  const { options, placeholder } = props;
  const { shown, change } = useEchoedValue<string | null, string>({
    value: props.value,
    onChange: props.onChange,
  });
  useFormValue(props, shown);
  const selected = options.findIndex((option) => option.value === shown);
  return (
    <Field {...props}>
      {(control) => (
        <select
          {...control}
          className="berth-input berth-select"
          data-empty={selected < 0 || undefined}
          value={selected < 0 ? "" : String(selected)}
          disabled={props.isDisabled}
          onChange={({ target }) =>
            change(target.value === "" ? "" : (options[Number(target.value)]?.value ?? ""))
          }
        >
          {/* Without it, the browser would show the first option as if it were chosen. */}
          {placeholder !== undefined || selected < 0 ? (
            <option value="" hidden={placeholder === undefined} disabled={props.isRequired}>
              {placeholder ?? ""}
            </option>
          ) : null}
          {options.map((option, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an app's values may repeat
            <option key={`${index}:${option.value}`} value={String(index)}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

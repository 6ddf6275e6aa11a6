import { type ReactNode, useId } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import { type ComponentProps, classes } from "../component-props.ts";
import { useFormField, useFormValue } from "../form/form-context.ts";
import { FieldNotes } from "./FieldNotes.tsx";
import { useEchoedValue } from "./use-echoed-value.ts";

/** One of a few, all in sight; a `Select` for many. The arrow keys are the browser's own. */
export function RadioGroup(given: ComponentProps<"RadioGroup">): ReactNode {
  const props = useFormField(given);
  const id = useId();
  const { messages } = useSurroundings();
  const { shown, change } = useEchoedValue<string | null, string>({
    value: props.value,
    onChange: props.onChange,
  });
  useFormValue(props, shown);
  const { label, description, error, isRequired, isLabelHidden, options } = props;
  const about = [description ? `${id}-about` : "", error ? `${id}-error` : ""].filter(Boolean);
  const chosen = options.findIndex((option) => option.value === shown);
  return (
    <div
      className="berth-field"
      role="radiogroup"
      aria-labelledby={`${id}-label`}
      aria-required={isRequired}
      aria-invalid={error ? true : undefined}
      aria-describedby={about.length > 0 ? about.join(" ") : undefined}
    >
      <span id={`${id}-label`} className={classes("berth-label", isLabelHidden && "berth-hidden")}>
        {label}
        {isRequired ? (
          <span className="berth-required" title={messages.required} aria-hidden="true">
            {" *"}
          </span>
        ) : null}
      </span>
      <div className="berth-radios" data-direction={props.direction}>
        {options.map((option, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an app's values may repeat
          <label key={`${index}:${option.value}`} className="berth-checkbox">
            <input
              type="radio"
              name={id}
              checked={index === chosen}
              disabled={props.isDisabled}
              onChange={() => change(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      <FieldNotes id={id} description={description} error={error} />
    </div>
  );
}

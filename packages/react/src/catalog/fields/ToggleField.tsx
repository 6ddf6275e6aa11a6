/** What a checkbox and a switch have in common: a box, its words beside it, and what is said below. */
import { type ReactNode, useId } from "react";
import { type ComponentProps, classes } from "../component-props.ts";
import { useFormField, useFormValue } from "../form/form-context.ts";
import { FieldNotes } from "./FieldNotes.tsx";
import { useEchoedValue } from "./use-echoed-value.ts";

export type ToggleFieldProps = ComponentProps<"Checkbox"> & {
  readonly role?: "switch";
  readonly className: string;
};

export function ToggleField(given: ToggleFieldProps): ReactNode {
  const props = useFormField(given);
  const id = useId();
  const { shown, change } = useEchoedValue({
    value: props.isChecked,
    onChange: props.onChange,
  });
  useFormValue(props, shown);
  const { description, error } = props;
  const about = [description ? `${id}-about` : "", error ? `${id}-error` : ""].filter(Boolean);
  return (
    <div className="berth-field" data-invalid={error ? true : undefined}>
      <label className={props.className}>
        <input
          type="checkbox"
          role={props.role}
          checked={shown}
          disabled={props.isDisabled}
          aria-required={props.isRequired}
          aria-invalid={error ? true : undefined}
          aria-describedby={about.length > 0 ? about.join(" ") : undefined}
          onChange={(event) => change(event.target.checked)}
        />
        <span className={classes(props.isLabelHidden && "berth-hidden")}>{props.label}</span>
      </label>
      <FieldNotes id={id} description={description} error={error} />
    </div>
  );
}

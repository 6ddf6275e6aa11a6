import { type ReactNode, useId } from "react";
import { type ComponentProps, classes } from "../component-props.ts";
import { useEchoedValue } from "./use-echoed-value.ts";

export function Checkbox(props: ComponentProps<"Checkbox">): ReactNode {
  const id = useId();
  const { shown, change } = useEchoedValue({
    value: props.isChecked,
    onChange: props.onChange,
  });
  const { description, error } = props;
  const about = [description ? `${id}-about` : "", error ? `${id}-error` : ""].filter(Boolean);
  return (
    <div className="berth-field" data-invalid={error ? true : undefined}>
      <label className="berth-checkbox">
        <input
          type="checkbox"
          checked={shown}
          disabled={props.isDisabled}
          aria-required={props.isRequired}
          aria-invalid={error ? true : undefined}
          aria-describedby={about.length > 0 ? about.join(" ") : undefined}
          onChange={(event) => change(event.target.checked)}
        />
        <span className={classes(props.isLabelHidden && "berth-hidden")}>{props.label}</span>
      </label>
      {description ? (
        <p id={`${id}-about`} className="berth-description">
          {description}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="berth-error" role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}

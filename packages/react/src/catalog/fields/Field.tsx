/**
 * What every field has around its control: label, description, error, tied together by ids. What
 * is said stands below the control, so that the controls of a row stand level.
 */
import { type ReactNode, useId } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import { classes } from "../component-props.ts";
import { FieldNotes } from "./FieldNotes.tsx";

export interface FieldProps {
  readonly label: string;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
  readonly isRequired?: boolean | undefined;
  readonly isLabelHidden?: boolean | undefined;
}

export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
  readonly "aria-required": boolean | undefined;
}

export function Field(
  props: FieldProps & { readonly children: (control: ControlProps) => ReactNode },
): ReactNode {
  const id = useId();
  const { messages } = useSurroundings();
  const { label, description, error, isRequired, isLabelHidden } = props;
  const about = [description ? `${id}-about` : "", error ? `${id}-error` : ""].filter(Boolean);
  return (
    <div className="berth-field" data-invalid={error ? true : undefined}>
      <label htmlFor={id} className={classes("berth-label", isLabelHidden && "berth-hidden")}>
        {label}
        {isRequired ? (
          <span className="berth-required" title={messages.required} aria-hidden="true">
            {" *"}
          </span>
        ) : null}
      </label>
      {props.children({
        id,
        "aria-describedby": about.length > 0 ? about.join(" ") : undefined,
        "aria-invalid": error ? true : undefined,
        "aria-required": isRequired,
      })}
      <FieldNotes id={id} description={description} error={error} />
    </div>
  );
}

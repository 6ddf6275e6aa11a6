import type { ReactNode } from "react";

export interface FieldNotesProps {
  /** The field's; the notes are `<id>-about` and `<id>-error`. */
  readonly id: string;
  readonly description: string | undefined;
  readonly error: string | undefined;
}

/** What stands below a field: what it is for, and what is wrong with its value. */
export function FieldNotes({ id, description, error }: FieldNotesProps): ReactNode {
  return (
    <>
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
    </>
  );
}

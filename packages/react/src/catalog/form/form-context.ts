/**
 * How a field and the form around it know of each other.
 *
 * The field keeps owning what it shows; the form hears it, checks it by its rules and submits it.
 */
import { createContext, useContext } from "react";
import { useBrowserLayoutEffect } from "../browser-layout-effect.ts";

export type FieldValue = string | number | boolean | null;

export interface HeldValue {
  readonly value: FieldValue;
  /** By the field itself; a rule of the form may say so too. */
  readonly isRequired: boolean;
  /** What the field itself finds wrong, such as a date that cannot be read. */
  readonly problem: string | undefined;
}

export interface FormSurroundings {
  /** What the field shows now; undefined when it is gone. */
  report(name: string, held: HeldValue | undefined): void;
  isRequired(name: string): boolean;
  /** By the field's name; those that were checked and are right have none. */
  readonly problems: ReadonlyMap<string, string>;
}

export const FormContext = createContext<FormSurroundings | undefined>(undefined);

interface FormFieldProps {
  readonly name?: string | undefined;
  readonly error?: string | undefined;
  readonly isRequired?: boolean | undefined;
}

/**
 * The field's properties with what its form says of it. In a form a field can be filled in though
 * the app does not listen to each change: it hears the values at the end.
 */
export function useFormField<
  Props extends FormFieldProps & { readonly onChange?: ((value: never) => unknown) | undefined },
>(props: Props): Props {
  const form = useContext(FormContext);
  const { name } = props;
  if (form === undefined || name === undefined) return props;
  return {
    ...props,
    onChange: props.onChange ?? unheard,
    error: props.error ?? form.problems.get(name),
    isRequired: props.isRequired ?? form.isRequired(name),
  };
}

/** Tells the form what the field shows. */
export function useFormValue(props: FormFieldProps, value: FieldValue, problem?: string): void {
  const report = useContext(FormContext)?.report;
  const { name, isRequired = false } = props;
  useBrowserLayoutEffect(() => {
    if (report === undefined || name === undefined) return;
    report(name, { value, isRequired, problem });
  }, [report, name, value, isRequired, problem]);
  useBrowserLayoutEffect(() => {
    if (report === undefined || name === undefined) return;
    return () => report(name, undefined);
  }, [report, name]);
}

/** The form hears the field by itself. */
function unheard(): void {}

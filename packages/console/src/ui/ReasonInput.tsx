import { TextInput } from "@mantine/core";

export interface ReasonInputProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (reason: string) => void;
  readonly isRequired?: boolean;
  readonly hasFocus?: boolean;
}

const maxReason = 280;

/** Why something is done, in a line. */
export function ReasonInput({
  hasFocus,
  hint,
  isRequired,
  label,
  onChange,
  value,
}: ReasonInputProps) {
  return (
    <TextInput
      {...(hasFocus ? { "data-autofocus": true } : {})}
      required={isRequired === true}
      label={label}
      description={hint}
      maxLength={maxReason}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

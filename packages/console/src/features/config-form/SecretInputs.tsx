import { PasswordInput, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

export interface SecretInputsProps {
  readonly secrets: readonly {
    readonly name: string;
    readonly description: string;
    readonly optional?: boolean | undefined;
  }[];
  readonly values: ReadonlyMap<string, string>;
  /** Names that must have a value and have none. */
  readonly missing: ReadonlySet<string>;
  readonly onChange: (name: string, value: string) => void;
}

export function SecretInputs({ secrets, values, missing, onChange }: SecretInputsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      {secrets.map(({ name, description, optional = false }) => (
        <PasswordInput
          key={name}
          maw={480}
          label={name}
          description={description}
          withAsterisk={!optional}
          autoComplete="off"
          maxLength={10_000}
          value={values.get(name) ?? ""}
          error={missing.has(name) ? t("config.required") : null}
          onChange={(event) => onChange(name, event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
      ))}
    </Stack>
  );
}

import { Checkbox, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePermissionWords } from "./use-permission-words.ts";

export interface PermissionChoiceProps {
  /** All that can be given there. */
  readonly all: readonly string[];
  /** Those that one holds oneself: nobody gives others. */
  readonly held: readonly string[];
  readonly value: readonly string[];
  readonly onChange: (chosen: string[]) => void;
}

/** Chooses among named permissions. */
export function PermissionChoice({ all, held, onChange, value }: PermissionChoiceProps) {
  const { t } = useTranslation();
  const words = usePermissionWords();
  return (
    <Checkbox.Group
      label={t("roles.permissions")}
      description={t("roles.permissionsHint")}
      value={[...value]}
      onChange={onChange}
    >
      <Stack gap="xs" mt="xs">
        {all.map((permission) => (
          <Checkbox
            key={permission}
            value={permission}
            // What it has already may be taken away by anybody who manages it.
            disabled={!held.includes(permission) && !value.includes(permission)}
            label={words(permission)}
            description={permission}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

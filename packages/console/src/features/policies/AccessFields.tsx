import { type PolicyAction, policyActions } from "@berth/protocol/api";
import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AskedAccess } from "./use-decisions.ts";

export interface AccessFieldsProps {
  readonly apps: readonly { readonly value: string; readonly label: string }[];
  readonly asked: AskedAccess;
  readonly onChange: (asked: AskedAccess) => void;
}

/** What is asked for when nothing was chosen yet. */
export function firstAccess(apps: AccessFieldsProps["apps"]): AskedAccess {
  return { installation: apps[0]?.value ?? "", access: "api:read", resource: "" };
}

/** An app, and what it would do where: the beginning of every question about decisions. */
export function AccessFields({ apps, asked, onChange }: AccessFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        <Select
          label={t("explain.app")}
          data={apps}
          value={asked.installation}
          onChange={(installation) => installation !== null && onChange({ ...asked, installation })}
          allowDeselect={false}
        />
        <Select<PolicyAction>
          label={t("explain.access")}
          data={policyActions}
          value={asked.access}
          onChange={(access) => access !== null && onChange({ ...asked, access })}
          allowDeselect={false}
        />
      </SimpleGrid>
      <TextInput
        label={t("explain.resource")}
        description={t("explain.resourceHint")}
        value={asked.resource}
        onChange={(event) => onChange({ ...asked, resource: event.currentTarget.value })}
        required
        maxLength={1_024}
        spellCheck={false}
        autoComplete="off"
      />
    </>
  );
}

import { Button, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { ConnectionDraft } from "./connection-draft.ts";
import classes from "./sign-on.module.css";
import { useRoleOptions } from "./use-role-options.ts";

export interface ClaimsFieldsProps {
  readonly draft: ConnectionDraft;
  readonly onChange: (part: Partial<ConnectionDraft>) => void;
}

/** What most organizations leave as it is. */
export function ClaimsFields({ draft, onChange }: ClaimsFieldsProps) {
  const { t } = useTranslation();
  const [isOpen, open] = useDisclosure(false);
  const id = useId();
  return (
    <>
      <Button
        variant="subtle"
        onClick={open.toggle}
        aria-expanded={isOpen}
        aria-controls={id}
        w="fit-content"
      >
        {t("signOn.more")}
      </Button>
      <Stack gap="sm" id={id} display={isOpen ? "flex" : "none"}>
        <TextInput
          label={t("signOn.scopes")}
          description={t("signOn.scopesHint")}
          spellCheck={false}
          value={draft.scopes}
          onChange={(event) => onChange({ scopes: event.currentTarget.value })}
        />
        <Switch
          label={t("signOn.emailTrusted")}
          description={t("signOn.emailTrustedHint")}
          checked={draft.isEmailTrusted}
          onChange={(event) => onChange({ isEmailTrusted: event.currentTarget.checked })}
        />
        <TextInput
          label={t("signOn.externalIdClaim")}
          description={t("signOn.externalIdClaimHint")}
          spellCheck={false}
          value={draft.externalIdClaim}
          onChange={(event) => onChange({ externalIdClaim: event.currentTarget.value })}
        />
        <TextInput
          label={t("signOn.groupClaim")}
          description={t("signOn.groupClaimHint")}
          spellCheck={false}
          value={draft.groupClaim}
          onChange={(event) => onChange({ groupClaim: event.currentTarget.value })}
        />
        <TextInput
          label={t("signOn.roleClaim")}
          description={t("signOn.roleClaimHint")}
          spellCheck={false}
          value={draft.roleClaim}
          onChange={(event) => onChange({ roleClaim: event.currentTarget.value })}
        />
        {draft.roleClaim !== "" && <Mappings draft={draft} onChange={onChange} />}
        <NumberInput
          label={t("signOn.sessionHours")}
          min={1}
          max={168}
          allowDecimal={false}
          value={draft.sessionHours}
          onChange={(hours) => onChange({ sessionHours: Number(hours) || 1 })}
        />
      </Stack>
    </>
  );
}

function Mappings({ draft, onChange }: ClaimsFieldsProps) {
  const { t } = useTranslation();
  const roles = useRoleOptions("member");
  const { roleMappings } = draft;
  const replace = (at: number, part: Partial<(typeof roleMappings)[number]>) =>
    onChange({
      roleMappings: roleMappings.map((held, index) => (index === at ? { ...held, ...part } : held)),
    });
  return (
    <Stack gap="xs">
      {roleMappings.map((mapping, index) => (
        // A mapping has no name of its own: its place is what it is.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={classes.mapping}>
          <TextInput
            label={t("signOn.mapping")}
            value={mapping.value}
            onChange={(event) => replace(index, { value: event.currentTarget.value })}
          />
          <Select
            label={t("signOn.mappingRole")}
            allowDeselect={false}
            value={mapping.role}
            onChange={(role) => role !== null && replace(index, { role })}
            data={roles}
          />
          <Button
            variant="default"
            aria-label={t("signOn.removeMapping", { value: mapping.value })}
            onClick={() =>
              onChange({ roleMappings: roleMappings.filter((_held, at) => at !== index) })
            }
          >
            {t("signOn.out")}
          </Button>
        </div>
      ))}
      <Button
        variant="default"
        w="fit-content"
        disabled={roleMappings.length >= 50}
        onClick={() => onChange({ roleMappings: [...roleMappings, { value: "", role: "member" }] })}
      >
        {t("signOn.addMapping")}
      </Button>
    </Stack>
  );
}

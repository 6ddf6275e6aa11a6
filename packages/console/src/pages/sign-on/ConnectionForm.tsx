import type { SingleSignOnView } from "@berth/protocol/api";
import {
  Alert,
  Button,
  Group,
  PasswordInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { ClaimsFields } from "./ClaimsFields.tsx";
import { type ConnectionDraft, draftOf, settingsOf } from "./connection-draft.ts";
import { useRoleOptions } from "./use-role-options.ts";

export function ConnectionForm({ connection }: { readonly connection: SingleSignOnView | null }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => draftOf(connection));
  const [isTried, setIsTried] = useState(false);
  const roles = useRoleOptions(draft.defaultRole);
  const save = useSignOnAct({
    act: (api, organization, edited: ConnectionDraft) =>
      api.call("putSingleSignOn", { params: { organization }, body: settingsOf(edited) }),
    done: t("signOn.saved"),
    isFailureShown: true,
  });
  const { session, organization } = useSignedIn();
  // Owners keep their own way; everybody else who came by another is out with the next request.
  const isNew = draft.isRequired && connection?.isRequired !== true;
  const shutsOut = isNew && session.by !== "sso" && organization?.role !== "owner";
  const change = (part: Partial<ConnectionDraft>) => setDraft((held) => ({ ...held, ...part }));
  const isIssuer = /^https?:\/\/\S+$/.test(draft.issuer.trim());
  const isClient = draft.clientId.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (isIssuer && isClient) save.mutate(draft);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          type="url"
          label={t("signOn.issuer")}
          description={t("signOn.issuerHint")}
          placeholder="https://login.example.com"
          spellCheck={false}
          value={draft.issuer}
          error={isTried && !isIssuer ? t("config.required") : null}
          onChange={(event) => change({ issuer: event.currentTarget.value })}
        />
        <TextInput
          label={t("signOn.clientId")}
          autoComplete="off"
          spellCheck={false}
          value={draft.clientId}
          error={isTried && !isClient ? t("config.required") : null}
          onChange={(event) => change({ clientId: event.currentTarget.value })}
        />
        <PasswordInput
          label={t("signOn.secret")}
          description={
            connection?.secretFingerprint
              ? t("signOn.secretHeld", { fingerprint: connection.secretFingerprint })
              : t("signOn.secretNone")
          }
          autoComplete="new-password"
          value={draft.clientSecret}
          onChange={(event) => change({ clientSecret: event.currentTarget.value })}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
        <Select
          label={t("signOn.defaultRole")}
          allowDeselect={false}
          value={draft.defaultRole}
          onChange={(role) => role !== null && change({ defaultRole: role })}
          data={roles}
        />
        <Switch
          label={t("signOn.justInTime")}
          description={t("signOn.justInTimeHint")}
          checked={draft.isJustInTime}
          onChange={(event) => change({ isJustInTime: event.currentTarget.checked })}
        />
        <Switch
          label={t("signOn.required")}
          description={t("signOn.requiredHint")}
          checked={draft.isRequired}
          disabled={!connection?.lastSuccessAt && !draft.isRequired}
          onChange={(event) => change({ isRequired: event.currentTarget.checked })}
        />
        {shutsOut && (
          <Alert color="amber">
            <Text c="var(--mantine-color-text)">{t("signOn.requiredShutsOut")}</Text>
          </Alert>
        )}
        <ClaimsFields draft={draft} onChange={change} />
        {save.isError && <ErrorAlert error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t("signOn.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import {
  type OperatorPermission,
  type OrganizationPermission,
  operatorPermissions,
  organizationPermissions,
  type PublisherPermission,
  publisherPermissions,
} from "@berth/protocol/api";
import { Button, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { StepUpDialog } from "../../features/security/StepUpDialog.tsx";
import { useStepUp } from "../../features/security/use-step-up.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { useCreateApiKey } from "../../features/settings/use-create-api-key.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./ApiKeysSection.module.css";

const lifetimesDays = ["30", "90", "365", "730"];

type Permission = OrganizationPermission | PublisherPermission | OperatorPermission;

// Object.keys gives the literal keys of a frozen literal.
const allPermissions = [
  ...new Set(
    [organizationPermissions, publisherPermissions, operatorPermissions].flatMap(
      (table) => Object.keys(table) as Permission[],
    ),
  ),
].sort();

/** Names a key, then shows its secret the one time that it can be seen. */
export function CreateApiKey({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [days, setDays] = useState<string | null>("90");
  const [allowed, setAllowed] = useState<Permission[]>([]);
  const [place, setPlace] = useState<string | null>("");
  const { organizations, publishers } = useSignedIn().session;
  const stepUp = useStepUp();
  const create = useCreateApiKey(stepUp);
  const [kind, where] = place?.split(" ") ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    create.mutate({
      name: name.trim(),
      expiresInDays: Number(days),
      ...(allowed.length === 0 ? {} : { permissions: allowed }),
      ...(kind === "organization" && where !== undefined ? { organization: where } : {}),
      ...(kind === "publisher" && where !== undefined ? { publisher: where } : {}),
    });
  };
  if (create.data) {
    return (
      <Stack>
        <Text>{t("apiKeys.once")}</Text>
        <div className={classes.secret}>
          <Mono>{create.data.secret}</Mono>
          <CopyButton value={create.data.secret} what={t("apiKeys.secret")} />
        </div>
        <Group justify="flex-end">
          <Button onClick={onDone}>{t("apiKeys.kept")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label={t("apiKeys.name")}
          description={t("apiKeys.nameHint")}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t("apiKeys.lifetime")}
          allowDeselect={false}
          value={days}
          onChange={setDays}
          data={lifetimesDays.map((value) => ({
            value,
            label: t("posture.days", { count: Number(value), number: value }),
          }))}
        />
        <Select
          label={t("apiKeys.where")}
          allowDeselect={false}
          value={place}
          onChange={setPlace}
          data={[
            { value: "", label: t("apiKeys.everywhere") },
            ...organizations.map(({ slug, name: title }) => ({
              value: `organization ${slug}`,
              label: title,
            })),
            ...publishers.map(({ name: slug, displayName }) => ({
              value: `publisher ${slug}`,
              label: `${displayName} (${t("nav.publisher")})`,
            })),
          ]}
        />
        <MultiSelect
          label={t("apiKeys.allowed")}
          description={t("apiKeys.allowedHint")}
          searchable
          clearable
          value={allowed}
          onChange={setAllowed}
          data={allPermissions}
        />
        {create.isError && <ErrorAlert error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
            {t("apiKeys.create")}
          </Button>
        </Group>
      </Stack>
      <StepUpDialog stepUp={stepUp} />
    </form>
  );
}

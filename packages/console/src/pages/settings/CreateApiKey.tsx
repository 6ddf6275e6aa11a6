import {
  type OperatorPermission,
  type OrganizationPermission,
  operatorPermissions,
  organizationPermissions,
  type PublisherPermission,
  publisherPermissions,
} from "@berth/protocol/api";
import { Button, Group, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { StepUpDialog } from "../../features/security/StepUpDialog.tsx";
import { useStepUp } from "../../features/security/use-step-up.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { KeyOnce } from "../../features/settings/KeyOnce.tsx";
import { useCreateApiKey } from "../../features/settings/use-create-api-key.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LifetimeSelect } from "../../ui/LifetimeSelect.tsx";

const lifetimesDays = [30, 90, 365, 730];

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
  const [days, setDays] = useState<number | null>(90);
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
      ...(days === null ? {} : { expiresInDays: days }),
      ...(allowed.length === 0 ? {} : { permissions: allowed }),
      ...(kind === "organization" && where !== undefined ? { organization: where } : {}),
      ...(kind === "publisher" && where !== undefined ? { publisher: where } : {}),
    });
  };
  if (create.data) {
    return <KeyOnce secret={create.data.secret} onDone={onDone} />;
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
        <LifetimeSelect
          label={t("apiKeys.lifetime")}
          value={days}
          onChange={setDays}
          days={lifetimesDays}
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

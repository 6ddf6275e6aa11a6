import {
  type OrganizationPermission,
  organizationPermissions,
  type RoleView,
} from "@berth/protocol/api";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { PermissionChoice } from "../../features/people/PermissionChoice.tsx";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";

// Object.keys gives the literal keys of a frozen literal.
const all = Object.keys(organizationPermissions) as OrganizationPermission[];

export interface RoleFormProps {
  /** The one to change; left out, a new one is made. */
  readonly role?: RoleView;
  readonly onDone: () => void;
}

export function RoleForm({ role, onDone }: RoleFormProps) {
  const { t } = useTranslation();
  const organization = useOrganizationSlug();
  const held = useSignedIn().organization?.permissions ?? [];
  const [name, setName] = useState(role?.name ?? "");
  const [description, setDescription] = useState(role?.description ?? "");
  const [chosen, setChosen] = useState<readonly string[]>(
    role?.permissions ?? ["organization.read"],
  );
  const save = usePeopleAct(
    (api, body: { name: string; description: string; permissions: OrganizationPermission[] }) =>
      role === undefined
        ? api.call("createRole", { params: { organization }, body })
        : api.call("changeRole", { params: { organization, role: role.id }, body }),
    { done: t("roles.saved"), isErrorShown: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    const permissions = all.filter((permission) => chosen.includes(permission));
    const body = { name: name.trim(), description: description.trim(), permissions };
    save.mutate(body, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label={t("roles.name")}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("roles.description")}
          maxLength={280}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <PermissionChoice all={all} held={held} value={chosen} onChange={setChosen} />
        {save.isError && <ErrorAlert error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>
            {t("roles.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

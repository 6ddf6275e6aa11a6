import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { OnceLink } from "../../features/people/OnceLink.tsx";
import { useGivableRoles } from "../../features/people/use-organization-roles.ts";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LifetimeSelect } from "../../ui/LifetimeSelect.tsx";

const lifetimesDays = [1, 7, 30];

/** Names an address and a role, then shows the link. */
export function InviteForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const organization = useOrganizationSlug();
  const words = useRoleWords();
  const roles = useGivableRoles();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string | null>("member");
  const [days, setDays] = useState<number | null>(7);
  const invite = usePeopleAct(
    (api, body: { email: string; role: string; expiresInDays: number }) =>
      api.call("invite", { params: { organization }, body }),
    { isErrorShown: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (email.trim() === "" || role === null || days === null) return;
    invite.mutate({ email: email.trim(), role, expiresInDays: days });
  };
  if (invite.data) {
    const { link, email: to } = invite.data;
    return (
      <OnceLink
        link={link}
        email={to}
        words={t("members.linkFor", { email: to })}
        onDone={onDone}
      />
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          type="email"
          label={t("signIn.email")}
          autoComplete="off"
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select
          label={t("members.role")}
          description={t("members.roleHint")}
          allowDeselect={false}
          value={role}
          onChange={setRole}
          data={roles.map(({ id, name }) => ({ value: id, label: words(id, name) }))}
        />
        <LifetimeSelect
          label={t("members.lifetime")}
          value={days}
          onChange={setDays}
          days={lifetimesDays}
        />
        {invite.isError && <ErrorAlert error={invite.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending} disabled={email.trim() === ""}>
            {t("members.makeLink")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

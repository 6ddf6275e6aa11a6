import { type PublisherPersonView, publisherRoles } from "@berth/protocol/api";
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "../../features/people/People.module.css";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";

type Role = PublisherPersonView["role"];

const roleOf = (value: string | null): Role | undefined =>
  publisherRoles.find((role) => role === value);

function useRoleOptions() {
  const { t } = useTranslation();
  return publisherRoles.map((value) => ({ value, label: t(`publisherPeople.role.${value}`) }));
}

/** Who publishes in the publisher's name. */
export function PeopleSection({ publisher }: { readonly publisher: string }) {
  const { t } = useTranslation();
  const isOwner = useIsOwner(publisher);
  const [isAdding, adding] = useDisclosure(false);
  const people = usePeopleQuery(
    ["publisher", publisher],
    async (api, options) =>
      (await api.call("listPublisherPeople", { params: { publisher } }, options)).people,
  );
  return (
    <Section
      title={t("publisherPeople.title")}
      description={t("publisherPeople.hint")}
      isFlush={people.isSuccess}
      actions={
        isOwner && (
          <Button variant="default" onClick={adding.open}>
            {t("publisherPeople.add")}
          </Button>
        )
      }
    >
      <QueryView query={people}>
        {(found) => (
          <ul className={classes.root}>
            {found.map((each) => (
              <PersonRow key={each.person.id} publisher={publisher} found={each} />
            ))}
          </ul>
        )}
      </QueryView>
      <Modal opened={isAdding} onClose={adding.close} title={t("publisherPeople.add")}>
        <AddForm publisher={publisher} onDone={adding.close} />
      </Modal>
    </Section>
  );
}

function useIsOwner(publisher: string): boolean {
  const { publishers } = useSignedIn().session;
  return publishers.some(({ name, role }) => name === publisher && role === "owner");
}

interface PersonRowProps {
  readonly publisher: string;
  readonly found: PublisherPersonView;
}

function PersonRow({ publisher, found }: PersonRowProps) {
  const { t } = useTranslation();
  const isOwner = useIsOwner(publisher);
  const isMe = useSignedIn().session.person.id === found.person.id;
  const options = useRoleOptions();
  const [isAsking, asking] = useDisclosure(false);
  const { name, email, id } = found.person;
  const params = { publisher, person: id };
  const change = usePeopleAct(
    (api, role: Role) => api.call("changePublisherRole", { params, body: { role } }),
    { done: t("members.roleChanged", { name }) },
  );
  const remove = usePeopleAct((api) => api.call("removePublisherPerson", { params }), {
    done: t("members.removed", { name }),
  });
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{name}</Text>
        <Text size="xs" c="dimmed">
          {email}
        </Text>
      </div>
      {isOwner && !isMe ? (
        <div className={classes.actions}>
          <Select
            size="xs"
            w={150}
            aria-label={t("members.roleOf", { name })}
            allowDeselect={false}
            disabled={change.isPending}
            value={found.role}
            onChange={(value) => {
              const role = roleOf(value);
              if (role !== undefined && role !== found.role) change.mutate(role);
            }}
            data={options}
          />
          <Button
            variant="default"
            onClick={asking.open}
            aria-label={t("members.removeOne", { name })}
          >
            {t("members.remove")}
          </Button>
        </div>
      ) : (
        <Text c="dimmed">{t(`publisherPeople.role.${found.role}`)}</Text>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t("members.removeOne", { name })}
        confirmLabel={t("members.remove")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {t("publisherPeople.removeBody")}
      </ConfirmDialog>
    </li>
  );
}

function AddForm({
  publisher,
  onDone,
}: {
  readonly publisher: string;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const options = useRoleOptions();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const add = usePeopleAct(
    (api, body: { email: string; role: Role }) =>
      api.call("addPublisherPerson", { params: { publisher }, body }),
    { isErrorShown: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (email.trim() !== "") add.mutate({ email: email.trim(), role }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          type="email"
          label={t("signIn.email")}
          description={t("publisherPeople.emailHint")}
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select
          label={t("members.role")}
          allowDeselect={false}
          value={role}
          onChange={(value) => setRole(roleOf(value) ?? role)}
          data={options}
        />
        {add.isError && <ErrorAlert error={add.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending} disabled={email.trim() === ""}>
            {t("publisherPeople.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

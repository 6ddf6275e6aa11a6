import { type OperatorView, operatorRoles } from "@berth/protocol/api";
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "../../features/people/People.module.css";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useMayOnHost } from "../../features/session/use-may.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";

type OperatorRole = OperatorView["role"];

function useRoleOptions() {
  const { t } = useTranslation();
  return operatorRoles.map((value) => ({ value, label: t(`host.role.${value}`) }));
}

const roleOf = (value: string | null): OperatorRole | undefined =>
  operatorRoles.find((role) => role === value);

export function OperatorsSection() {
  const { t } = useTranslation();
  const mayManage = useMayOnHost("host.manage");
  const [isAdding, adding] = useDisclosure(false);
  const operators = usePeopleQuery(
    ["operators"],
    async (api, options) => (await api.call("listOperators", {}, options)).operators,
  );
  return (
    <Section
      title={t("host.operators")}
      description={t("host.operatorsHint")}
      isFlush={operators.isSuccess}
      actions={
        mayManage && (
          <Button variant="default" onClick={adding.open}>
            {t("host.addOperator")}
          </Button>
        )
      }
    >
      <QueryView query={operators}>
        {(found) => (
          <ul className={classes.root}>
            {found.map((operator) => (
              <OperatorRow key={operator.person.id} operator={operator} />
            ))}
          </ul>
        )}
      </QueryView>
      <Modal opened={isAdding} onClose={adding.close} title={t("host.addOperator")}>
        <OperatorForm onDone={adding.close} />
      </Modal>
    </Section>
  );
}

function OperatorRow({ operator }: { readonly operator: OperatorView }) {
  const { t } = useTranslation();
  const mayManage = useMayOnHost("host.manage");
  const isMe = useSignedIn().session.person.id === operator.person.id;
  const options = useRoleOptions();
  const [isAsking, asking] = useDisclosure(false);
  const { name, email, id } = operator.person;
  const params = { person: id };
  const change = usePeopleAct(
    (api, role: OperatorRole) => api.call("changeOperatorRole", { params, body: { role } }),
    { done: t("members.roleChanged", { name }) },
  );
  const remove = usePeopleAct((api) => api.call("removeOperator", { params }), {
    done: t("host.operatorRemoved", { name }),
  });
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{name}</Text>
        <Text size="xs" c="dimmed">
          {email}
        </Text>
      </div>
      {mayManage && !isMe ? (
        <div className={classes.actions}>
          <Select
            size="xs"
            w={150}
            aria-label={t("members.roleOf", { name })}
            allowDeselect={false}
            disabled={change.isPending}
            value={operator.role}
            onChange={(value) => {
              const role = roleOf(value);
              if (role !== undefined && role !== operator.role) change.mutate(role);
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
        <Text c="dimmed">{t(`host.role.${operator.role}`)}</Text>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t("members.removeOne", { name })}
        confirmLabel={t("members.remove")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {t("host.removeBody")}
      </ConfirmDialog>
    </li>
  );
}

function OperatorForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const options = useRoleOptions();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<OperatorRole>("support");
  const add = usePeopleAct(
    (api, body: { email: string; role: OperatorRole }) => api.call("addOperator", { body }),
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
          description={t("host.operatorEmailHint")}
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
            {t("host.addOperator")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

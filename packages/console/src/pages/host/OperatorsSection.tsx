import { type OperatorView, operatorRoles } from "@berth/protocol/api";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { AddByEmail } from "../../features/people/AddByEmail.tsx";
import { RoleRow } from "../../features/people/RoleRow.tsx";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useMayOnHost } from "../../features/session/use-may.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";

type OperatorRole = OperatorView["role"];

function useRoleOptions() {
  const { t } = useTranslation();
  return operatorRoles.map((value) => ({ value, label: t(`host.role.${value}`) }));
}

export function OperatorsSection() {
  const { t } = useTranslation();
  const mayManage = useMayOnHost("host.manage");
  const options = useRoleOptions();
  const [isAdding, adding] = useDisclosure(false);
  const operators = usePeopleQuery(
    ["operators"],
    async (api, request) => (await api.call("listOperators", {}, request)).operators,
  );
  const add = usePeopleAct(
    (api, body: { email: string; role: OperatorRole }) => api.call("addOperator", { body }),
    { isErrorShown: true },
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
              <OperatorRow key={operator.person.id} operator={operator} mayManage={mayManage} />
            ))}
          </ul>
        )}
      </QueryView>
      <AddByEmail
        isOpen={isAdding}
        title={t("host.addOperator")}
        emailHint={t("host.operatorEmailHint")}
        options={options}
        firstRole="support"
        add={add}
        onClose={adding.close}
      />
    </Section>
  );
}

interface OperatorRowProps {
  readonly operator: OperatorView;
  readonly mayManage: boolean;
}

function OperatorRow({ operator, mayManage }: OperatorRowProps) {
  const { t } = useTranslation();
  const isMe = useSignedIn().session.person.id === operator.person.id;
  const options = useRoleOptions();
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
    <RoleRow
      name={name}
      note={email}
      isMe={isMe}
      role={operator.role}
      roleName={t(`host.role.${operator.role}`)}
      options={options}
      isInReach={mayManage && !isMe}
      isChanging={change.isPending}
      onChange={change.mutate}
      remove={remove}
      removeBody={t("host.removeBody")}
    />
  );
}

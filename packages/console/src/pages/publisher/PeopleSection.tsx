import { type PublisherPersonView, publisherRoles } from "@berth/protocol/api";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { AddByEmail } from "../../features/people/AddByEmail.tsx";
import { RoleRow } from "../../features/people/RoleRow.tsx";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";

type Role = PublisherPersonView["role"];

function useRoleOptions() {
  const { t } = useTranslation();
  return publisherRoles.map((value) => ({ value, label: t(`publisherPeople.role.${value}`) }));
}

export interface PeopleSectionProps {
  readonly publisher: string;
  readonly mayManage: boolean;
}

/** Who publishes in the publisher's name. */
export function PeopleSection({ publisher, mayManage }: PeopleSectionProps) {
  const { t } = useTranslation();
  const options = useRoleOptions();
  const [isAdding, adding] = useDisclosure(false);
  const people = usePeopleQuery(
    ["publisher", publisher],
    async (api, request) =>
      (await api.call("listPublisherPeople", { params: { publisher } }, request)).people,
  );
  const add = usePeopleAct(
    (api, body: { email: string; role: Role }) =>
      api.call("addPublisherPerson", { params: { publisher }, body }),
    { isErrorShown: true },
  );
  return (
    <Section
      title={t("publisherPeople.title")}
      description={t("publisherPeople.hint")}
      isFlush={people.isSuccess}
      actions={
        mayManage && (
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
              <PersonRow key={each.person.id} {...{ publisher, mayManage, found: each }} />
            ))}
          </ul>
        )}
      </QueryView>
      <AddByEmail
        isOpen={isAdding}
        title={t("publisherPeople.add")}
        emailHint={t("publisherPeople.emailHint")}
        options={options}
        firstRole="developer"
        add={add}
        onClose={adding.close}
      />
    </Section>
  );
}

interface PersonRowProps extends PeopleSectionProps {
  readonly found: PublisherPersonView;
}

function PersonRow({ publisher, mayManage, found }: PersonRowProps) {
  const { t } = useTranslation();
  const isMe = useSignedIn().session.person.id === found.person.id;
  const options = useRoleOptions();
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
    <RoleRow
      name={name}
      note={email}
      isMe={isMe}
      role={found.role}
      roleName={t(`publisherPeople.role.${found.role}`)}
      options={options}
      isInReach={mayManage && !isMe}
      isChanging={change.isPending}
      onChange={change.mutate}
      remove={remove}
      removeBody={t("publisherPeople.removeBody")}
    />
  );
}

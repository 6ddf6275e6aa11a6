import type { MemberView } from "@berth/protocol/api";
import { Badge, Button, Select, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import classes from "../../features/people/People.module.css";
import { useGivableRoles } from "../../features/people/use-organization-roles.ts";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";

export function MemberRow({ member }: { readonly member: MemberView }) {
  const { t } = useTranslation();
  const organization = useOrganizationSlug();
  const words = useRoleWords();
  const roles = useGivableRoles();
  const mayManage = useMay("members.manage");
  const isMe = useSignedIn().session.person.id === member.person.id;
  const [isAsking, asking] = useDisclosure(false);
  const { name, email } = member.person;
  const params = { organization, member: member.id };
  const change = usePeopleAct(
    (api, role: string) => api.call("changeMemberRole", { params, body: { role } }),
    { done: t("members.roleChanged", { name }) },
  );
  const remove = usePeopleAct((api) => api.call("removeMember", { params }), {
    done: t("members.removed", { name }),
  });
  // Who may do more than oneself is out of reach, and so is one's own role.
  const isInReach = mayManage && !isMe && roles.some(({ id }) => id === member.role);
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500} component="div">
          {name} {isMe && <Badge size="sm">{t("members.you")}</Badge>}
        </Text>
        <Text size="xs" c="dimmed">
          {member.roleFrom === "product" ? t("members.fromProduct") : email}
        </Text>
      </div>
      {isInReach ? (
        <div className={classes.actions}>
          <Select
            size="xs"
            w={150}
            aria-label={t("members.roleOf", { name })}
            allowDeselect={false}
            disabled={change.isPending}
            value={member.role}
            onChange={(role) => role !== null && role !== member.role && change.mutate(role)}
            data={roles.map(({ id, name: given }) => ({ value: id, label: words(id, given) }))}
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
        <Text c="dimmed">{words(member.role, member.roleName)}</Text>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t("members.removeOne", { name })}
        confirmLabel={t("members.remove")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {member.roleFrom === "product" ? t("members.removeProductBody") : t("members.removeBody")}
      </ConfirmDialog>
    </li>
  );
}

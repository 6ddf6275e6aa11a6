import type { MemberView } from "@berth/protocol/api";
import { useTranslation } from "react-i18next";
import { RoleRow } from "../../features/people/RoleRow.tsx";
import { useGivableRoles } from "../../features/people/use-organization-roles.ts";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";

export function MemberRow({ member }: { readonly member: MemberView }) {
  const { t } = useTranslation();
  const organization = useOrganizationSlug();
  const words = useRoleWords();
  const roles = useGivableRoles();
  const mayManage = useMay("members.manage");
  const isMe = useSignedIn().session.person.id === member.person.id;
  const { name, email } = member.person;
  const params = { organization, member: member.id };
  const change = usePeopleAct(
    (api, role: string) => api.call("changeMemberRole", { params, body: { role } }),
    { done: t("members.roleChanged", { name }) },
  );
  const remove = usePeopleAct((api) => api.call("removeMember", { params }), {
    done: t("members.removed", { name }),
  });
  const isFromProduct = member.roleFrom === "product";
  return (
    <RoleRow
      name={name}
      note={isFromProduct ? t("members.fromProduct") : email}
      isMe={isMe}
      role={member.role}
      roleName={words(member.role, member.roleName)}
      options={roles.map(({ id, name: given }) => ({ value: id, label: words(id, given) }))}
      // Who may do more than oneself is out of reach, and so is one's own role.
      isInReach={mayManage && !isMe && roles.some(({ id }) => id === member.role)}
      isChanging={change.isPending}
      onChange={change.mutate}
      remove={remove}
      removeBody={t(isFromProduct ? "members.removeProductBody" : "members.removeBody")}
    />
  );
}

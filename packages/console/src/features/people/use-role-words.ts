import { type OrganizationRoleName, organizationRoles } from "@berth/protocol/api";
import { useTranslation } from "react-i18next";

function isBuiltIn(role: string): role is OrganizationRoleName {
  return (organizationRoles as readonly string[]).includes(role);
}

/** What a role is called: a built-in one in the reader's language, another as it was named. */
export function useRoleWords(): (role: string, roleName: string) => string {
  const { t } = useTranslation();
  return (role, roleName) => (isBuiltIn(role) ? t(`settings.role.${role}`) : roleName);
}

import { organizationRoles } from "@berth/protocol/api";
import { useTranslation } from "react-i18next";

/** The roles that a provider may give: never the ownership. */
export function useRoleOptions(present: string): { value: string; label: string }[] {
  const { t } = useTranslation();
  const options = organizationRoles
    .filter((role) => role !== "owner")
    .map((role) => ({ value: role as string, label: t(`settings.role.${role}`) }));
  const isKnown = options.some(({ value }) => value === present);
  return isKnown ? options : [...options, { value: present, label: present }];
}

import { organizationPermissions, publisherPermissions } from "@berth/protocol/api";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { type PeoplePermission, permissionKey } from "./permission-key.ts";

function isKnown(name: string): name is PeoplePermission {
  return Object.hasOwn(organizationPermissions, name) || Object.hasOwn(publisherPermissions, name);
}

/** What a named permission lets somebody do; the name itself when a newer server sent it. */
export function usePermissionWords(): (name: string) => string {
  const { t } = useTranslation();
  return useCallback((name) => (isKnown(name) ? t(`mayDo.${permissionKey(name)}`) : name), [t]);
}

import type { PermissionView } from "@berth/protocol/api";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { useRefreshInstallation } from "../../features/installations/use-refresh-installation.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useToast } from "../../ui/use-toast.ts";

export interface NewGrant {
  readonly permission: PermissionView;
  /** ISO 8601; null: no end. */
  readonly expiresAt: string | null;
  /** Empty: none is given. */
  readonly reason: string;
}

export function useGrantPermission(installation: string) {
  const api = useApi();
  const organization = useOrganizationSlug();
  const refresh = useRefreshInstallation(installation);
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ permission, expiresAt, reason }: NewGrant) => {
      const { type, resource, actions } = permission;
      return api.call("grantPermission", {
        params: { organization, installation },
        body: {
          permission: { type, resource, actions },
          expiresAt,
          ...(reason === "" ? {} : { reason }),
        },
      });
    },
    onSuccess: () => toast.success(t("grants.granted")),
    onError: (error) => toast.failure(error),
    onSettled: refresh,
  });
}

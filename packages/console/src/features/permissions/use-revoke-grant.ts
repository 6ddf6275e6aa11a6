import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { useRefreshInstallation } from "../installations/use-refresh-installation.ts";
import { useRunningApps } from "../runtime/use-running-apps.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { unusedGrantsKey } from "./unused-grants-key.ts";

export interface Revocation {
  readonly grant: string;
  readonly reason: string;
}

/** Takes a grant back, on the server and from what runs in this page. */
export function useRevokeGrant(installation: string) {
  const api = useApi();
  const organization = useOrganizationSlug();
  const refresh = useRefreshInstallation(installation);
  const cache = useQueryClient();
  const { manager } = useRunningApps();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ grant, reason }: Revocation) =>
      api.call("revokeGrant", { params: { organization, installation, grant }, body: { reason } }),
    onSuccess: ({ revoked }) => {
      // Other pages learn of it when they renew their token; this one knows now.
      for (const app of manager.list()) app.permissions.revoke(revoked);
      toast.success(t("grants.revoked"));
    },
    onError: (error) => toast.failure(error),
    onSettled: async () => {
      await refresh();
      await cache.invalidateQueries({ queryKey: unusedGrantsKey(organization) });
    },
  });
}

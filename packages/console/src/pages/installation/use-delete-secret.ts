import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { useRefreshInstallation } from "../../features/installations/use-refresh-installation.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useToast } from "../../ui/use-toast.ts";

export function useDeleteSecret(installation: string): UseMutationResult<undefined, Error, string> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const refresh = useRefreshInstallation(installation);
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (secret) =>
      api.call("deleteSecret", { params: { organization, installation, secret } }),
    onSuccess: async (_, name) => {
      toast.success(t("secrets.forgotten", { name }));
      await refresh();
    },
    onError: (error) => toast.failure(error),
  });
}

import type { InstallationView } from "@berth/protocol/api";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { useRefreshInstallation } from "../../features/installations/use-refresh-installation.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useToast } from "../../ui/use-toast.ts";

/** Serves again, after the app has passed its health check. */
export function useResume({
  id,
  title,
}: Pick<InstallationView, "id" | "title">): UseMutationResult<InstallationView, Error, void> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const refresh = useRefreshInstallation(id);
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: () =>
      api.call("resumeInstallation", { params: { organization, installation: id } }),
    onSuccess: () => toast.success(t("installation.resumeDone", { app: title })),
    onError: (error) => toast.failure(error),
    onSettled: refresh,
  });
}

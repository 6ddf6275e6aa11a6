import type { InstallationView } from "@berth/protocol/api";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { useRefreshInstallation } from "../../features/installations/use-refresh-installation.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useToast } from "../../ui/use-toast.ts";

/** Stops serving; an empty reason is left out. */
export function useSuspend({
  id,
  title,
}: Pick<InstallationView, "id" | "title">): UseMutationResult<InstallationView, Error, string> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const refresh = useRefreshInstallation(id);
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (reason) =>
      api.call("suspendInstallation", {
        params: { organization, installation: id },
        body: reason === "" ? {} : { reason },
      }),
    onSuccess: () => toast.success(t("installation.suspendDone", { app: title })),
    onError: (error) => toast.failure(error),
    onSettled: refresh,
  });
}

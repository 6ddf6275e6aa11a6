import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { useRefreshInstallation } from "../../features/installations/use-refresh-installation.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useToast } from "../../ui/use-toast.ts";

export interface SecretValue {
  readonly name: string;
  readonly value: string;
}

export function usePutSecret(
  installation: string,
): UseMutationResult<{ fingerprint: string }, Error, SecretValue> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const refresh = useRefreshInstallation(installation);
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ name, value }) =>
      api.call("putSecret", {
        params: { organization, installation, secret: name },
        body: { value },
      }),
    onSuccess: async (_, { name }) => {
      toast.success(t("secrets.saved", { name }));
      await refresh();
    },
    onError: (error) => toast.failure(error),
  });
}

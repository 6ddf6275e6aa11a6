import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { installationKey } from "../installations/installation-key.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

export function useConfig(
  installation: string,
  isEnabled: boolean,
): UseQueryResult<Record<string, unknown>> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: [...installationKey(organization, installation), "config"],
    enabled: isEnabled,
    // A form is filled from this once; a quiet refetch must not replace what someone types.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) =>
      (await api.call("getConfig", { params: { organization, installation } }, { signal })).config,
  });
}

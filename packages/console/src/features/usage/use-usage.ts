import type { UsageView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { installationKey } from "../installations/installation-key.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

const pollMs = 3_000;

/** What the installation has used so far, kept fresh while it is looked at. */
export function useUsage(installation: string): UseQueryResult<UsageView> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: [...installationKey(organization, installation), "usage"],
    refetchInterval: pollMs,
    queryFn: ({ signal }) =>
      api.call("getUsage", { params: { organization, installation } }, { signal }),
  });
}

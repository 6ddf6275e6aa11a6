import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../../features/api/use-api.ts";
import { installationKey } from "../../features/installations/installation-key.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";

export type Grants = RouteOutput<ApiRoutes["listGrants"]>;

/** What the app may do, and what it asks for beside that. */
export function useGrants(installation: string): UseQueryResult<Grants> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: [...installationKey(organization, installation), "grants"],
    refetchInterval: 15_000,
    queryFn: ({ signal }) =>
      api.call("listGrants", { params: { organization, installation } }, { signal }),
  });
}

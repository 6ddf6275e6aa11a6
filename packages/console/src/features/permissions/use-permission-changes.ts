import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { installationKey } from "../installations/installation-key.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

export type PermissionChanges = RouteOutput<ApiRoutes["getPermissionChanges"]>;

/** How the newest release differs from the installed one in what it asks for. */
export function usePermissionChanges(installation: string): UseQueryResult<PermissionChanges> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: [...installationKey(organization, installation), "permission-changes"],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      api.call(
        "getPermissionChanges",
        { params: { organization, installation }, query: {} },
        { signal },
      ),
  });
}

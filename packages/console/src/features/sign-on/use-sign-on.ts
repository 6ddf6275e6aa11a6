import type { ApiRoutes, GroupDetail, GroupView, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

/** The connection, the redirect address and the domains. */
export function useSignOn(): UseQueryResult<RouteOutput<ApiRoutes["getSingleSignOn"]>> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: ["sign-on", organization, "connection"],
    queryFn: ({ signal }) => api.call("getSingleSignOn", { params: { organization } }, { signal }),
  });
}

export function useProvisioningTokens(): UseQueryResult<
  RouteOutput<ApiRoutes["listProvisioningTokens"]>
> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: ["sign-on", organization, "tokens"],
    queryFn: ({ signal }) =>
      api.call("listProvisioningTokens", { params: { organization } }, { signal }),
  });
}

export function useGroups(): UseQueryResult<readonly GroupView[]> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: ["sign-on", organization, "groups"],
    queryFn: async ({ signal }) =>
      (await api.call("listGroups", { params: { organization } }, { signal })).groups,
  });
}

export function useGroup(group: string): UseQueryResult<GroupDetail> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: ["sign-on", organization, "groups", group],
    queryFn: ({ signal }) => api.call("getGroup", { params: { organization, group } }, { signal }),
  });
}

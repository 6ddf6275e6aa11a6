import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

/** What the organization asks of those who sign in. */
export function useSignInRules(): UseQueryResult<RouteOutput<ApiRoutes["getSignInRules"]>> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: ["sign-on", organization, "rules"],
    queryFn: ({ signal }) => api.call("getSignInRules", { params: { organization } }, { signal }),
  });
}

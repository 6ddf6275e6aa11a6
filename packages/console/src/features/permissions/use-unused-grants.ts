import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { unusedGrantsKey } from "./unused-grants-key.ts";

export type UnusedGrant = RouteOutput<ApiRoutes["listUnusedGrants"]>["grants"][number];

/** Grants of the organization's apps that nobody used for so many days. */
export function useUnusedGrants(days: number): UseQueryResult<readonly UnusedGrant[]> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: [...unusedGrantsKey(organization), days],
    queryFn: async ({ signal }) => {
      const asked = { params: { organization }, query: { days } };
      return (await api.call("listUnusedGrants", asked, { signal })).grants;
    },
  });
}

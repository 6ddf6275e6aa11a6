import type { PolicyAction, ReachView, WhoCanView } from "@berth/protocol/api";
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

export interface AskedAccess {
  readonly installation: string;
  readonly access: PolicyAction;
  readonly resource: string;
}

/** For whom an app may do something now. */
export function useWhoCan(): UseMutationResult<WhoCanView, Error, AskedAccess> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useMutation({
    mutationFn: (body) => api.call("findWhoCan", { params: { organization }, body }),
  });
}

/** What an app can reach, and what stands in its way. */
export function useReach(installation: string): UseQueryResult<ReachView> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: ["reach", organization, installation],
    queryFn: ({ signal }) =>
      api.call("getReach", { params: { organization, installation } }, { signal }),
  });
}

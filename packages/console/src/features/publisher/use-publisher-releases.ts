import type { ReleaseView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

/** All of a publisher's releases, rejected ones included, newest first. */
export function usePublisherReleases(publisher: string): UseQueryResult<readonly ReleaseView[]> {
  const api = useApi();
  return useQuery({
    queryKey: ["publisher", publisher, "releases"],
    queryFn: async ({ signal }) =>
      (await api.call("listPublisherReleases", { params: { publisher } }, { signal })).releases,
  });
}

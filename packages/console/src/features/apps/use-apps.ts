import type { AppView } from "@berth/protocol/api";
import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

/** The marketplace; an empty search lists all of it. */
export function useApps(search: string): UseQueryResult<readonly AppView[]> {
  const api = useApi();
  return useQuery({
    queryKey: ["apps", search],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = search === "" ? {} : { search };
      return (await api.call("listApps", { query }, { signal })).apps;
    },
  });
}

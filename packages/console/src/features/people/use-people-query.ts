import type { BerthClient } from "@berth/client";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

/** What is shown of people and roles; `usePeopleAct` reads all of it anew. */
export function usePeopleQuery<Found>(
  key: readonly string[],
  ask: (api: BerthClient, options: { readonly signal: AbortSignal }) => Promise<Found>,
): UseQueryResult<Found> {
  const api = useApi();
  return useQuery({
    queryKey: ["people", ...key],
    queryFn: ({ signal }) => ask(api, { signal }),
  });
}

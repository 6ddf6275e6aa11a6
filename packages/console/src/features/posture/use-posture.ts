import type { PostureView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

/** What isolates apps on this host. */
export function usePosture(): UseQueryResult<PostureView> {
  const api = useApi();
  return useQuery({
    queryKey: ["posture"],
    staleTime: 60_000,
    refetchInterval: 60_000,
    queryFn: ({ signal }) => api.call("getPosture", {}, { signal }),
  });
}

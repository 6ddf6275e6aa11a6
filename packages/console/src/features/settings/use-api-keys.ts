import type { ApiKeyView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

export function useApiKeys(): UseQueryResult<readonly ApiKeyView[]> {
  const api = useApi();
  return useQuery({
    queryKey: ["api-keys"],
    queryFn: async ({ signal }) => (await api.call("listApiKeys", {}, { signal })).keys,
  });
}

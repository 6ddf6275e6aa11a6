import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

export interface NewApiKey {
  readonly name: string;
  /** Left out, the key does not end. */
  readonly expiresInDays?: number;
}

/** The answer holds the secret, so it is kept out of every cache. */
export function useCreateApiKey(): UseMutationResult<
  RouteOutput<ApiRoutes["createApiKey"]>,
  Error,
  NewApiKey
> {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: (body) => api.call("createApiKey", { body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}

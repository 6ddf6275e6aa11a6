import type { ApiRoutes, RouteArguments, RouteOutput } from "@berth/protocol/api";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import type { StepUp } from "../security/use-step-up.ts";

export type NewApiKey = RouteArguments<ApiRoutes["createApiKey"]>["body"];

/** The answer holds the secret, so it is kept out of every cache. */
export function useCreateApiKey({
  run,
}: StepUp): UseMutationResult<RouteOutput<ApiRoutes["createApiKey"]>, Error, NewApiKey> {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: (body) => run(() => api.call("createApiKey", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}

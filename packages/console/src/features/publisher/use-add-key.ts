import type { KeyView } from "@berth/protocol/api";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

export interface NewKey {
  readonly publicKey: string;
  readonly label: string;
}

export function useAddKey(publisher: string): UseMutationResult<KeyView, Error, NewKey> {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body) => api.call("addPublisherKey", { params: { publisher }, body: { ...body } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["publisher", publisher] }),
  });
}

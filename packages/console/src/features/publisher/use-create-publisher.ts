import type { PublisherView } from "@berth/protocol/api";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { sessionKey } from "../session/session-key.ts";

export interface NewPublisher {
  readonly name: string;
  readonly displayName: string;
}

/** The caller becomes its owner, so the session is read anew. */
export function useCreatePublisher(): UseMutationResult<PublisherView, Error, NewPublisher> {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body) => api.call("createPublisher", { body: { ...body } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: sessionKey }),
  });
}

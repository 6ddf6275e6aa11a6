import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { sessionKey } from "./session-key.ts";

/** Ends the session on the server, then forgets everything that was read with it. */
export function useSignOut(): UseMutationResult<undefined, Error, void> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: () => api.call("endSession"),
    onSuccess: () => {
      // The session stays as `null`: whoever looks at it now must see that it ended.
      cache.setQueryData(sessionKey, null);
      cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    },
    onError: (error) => toast.failure(error),
  });
}

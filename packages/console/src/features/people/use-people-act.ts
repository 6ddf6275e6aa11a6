import type { BerthClient } from "@berth/client";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { sessionKey } from "../session/session-key.ts";

export interface PeopleActOptions {
  /** Said when it is done. */
  readonly done?: string;
  /** For a form that shows the error beside what was typed. */
  readonly isErrorShown?: boolean;
}

/** A change of people or roles. An answer may hold a link that is shown once: no cache keeps it. */
export function usePeopleAct<Input, Output>(
  act: (api: BerthClient, input: Input) => Promise<Output>,
  { done, isErrorShown = false }: PeopleActOptions = {},
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  return useMutation({
    gcTime: 0,
    mutationFn: (input: Input) => act(api, input),
    onSuccess: async () => {
      if (done !== undefined) toast.success(done);
      await Promise.all([
        cache.invalidateQueries({ queryKey: ["people"] }),
        cache.invalidateQueries({ queryKey: sessionKey }),
      ]);
    },
    onError: (error) => {
      if (!isErrorShown) toast.failure(error);
    },
  });
}

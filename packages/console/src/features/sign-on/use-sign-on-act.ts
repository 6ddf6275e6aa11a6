import type { BerthClient } from "@berth/client";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

export interface SignOnAct<Input, Output> {
  readonly act: (api: BerthClient, organization: string, input: Input) => Promise<Output>;
  /** Said when it is done. */
  readonly done?: string | ((input: Input) => string);
  /** True where the page itself shows the failure. Default false: it is said in passing. */
  readonly isFailureShown?: boolean;
}

/**
 * Changes something about how an organization's people come in, and reads all of it anew. The answer
 * may hold a secret, so it is kept out of every cache.
 */
export function useSignOnAct<Input, Output>({
  act,
  done,
  isFailureShown = false,
}: SignOnAct<Input, Output>): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const cache = useQueryClient();
  const toast = useToast();
  return useMutation({
    gcTime: 0,
    mutationFn: (input: Input) => act(api, organization, input),
    onSuccess: async (_output, input) => {
      if (done !== undefined) toast.success(typeof done === "string" ? done : done(input));
      await cache.invalidateQueries({ queryKey: ["sign-on", organization] });
    },
    onError: (error) => {
      if (!isFailureShown) toast.failure(error);
    },
  });
}

import type { PoliciesView } from "@berth/protocol/api";
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { type PolicyCalls, policyCalls } from "./policy-calls.ts";
import { type PolicyOwner, policyKey } from "./policy-owner.ts";

/** What is in force, the draft and the history. */
export function usePolicies(owner: PolicyOwner): UseQueryResult<PoliciesView> {
  const api = useApi();
  return useQuery({
    queryKey: policyKey(owner),
    queryFn: ({ signal }) => policyCalls(api, owner).get(signal),
  });
}

/** One act on policies; what is shown is read anew after it. */
export function usePolicyAct<Input, Output>(
  owner: PolicyOwner,
  act: (calls: PolicyCalls, input: Input) => Promise<Output>,
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (input) => act(policyCalls(api, owner), input),
    onSettled: () => cache.invalidateQueries({ queryKey: policyKey(owner) }),
  });
}

/** A question about a text: nothing is changed by it. */
export function usePolicyQuestion<Input, Output>(
  owner: PolicyOwner,
  ask: (calls: PolicyCalls, input: Input) => Promise<Output>,
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  return useMutation({ mutationFn: (input) => ask(policyCalls(api, owner), input) });
}

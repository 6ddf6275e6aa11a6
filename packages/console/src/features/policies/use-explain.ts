import type { DecisionView, PolicyAction } from "@berth/protocol/api";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

export interface Explained {
  readonly installation: string;
  readonly access: PolicyAction;
  readonly resource: string;
  /** Left out, the app acts as itself. */
  readonly person?: string;
}

/** Why an app of the organization may do something, or may not. */
export function useExplain(): UseMutationResult<DecisionView, Error, Explained> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useMutation({
    mutationFn: (body) => api.call("explainDecision", { params: { organization }, body }),
  });
}

/** The same calls for both kinds of policies, which have routes of their own. */
import type { BerthClient } from "@berth/client";
import type { PoliciesView, PolicyCheckView, PolicyTrialView } from "@berth/protocol/api";
import type { PolicyOwner } from "./policy-owner.ts";

export interface PolicyCalls {
  get(signal: AbortSignal): Promise<PoliciesView>;
  textOf(version: number): Promise<string>;
  check(text: string): Promise<PolicyCheckView>;
  tryOn(text: string, hours: number): Promise<PolicyTrialView>;
  /** @param revision - of the draft that was edited; 0 for none */
  save(text: string, revision: number): Promise<{ readonly revision: number }>;
  remove(): Promise<unknown>;
  publish(seen: { readonly revision: number; readonly version: number }): Promise<unknown>;
  rollBack(seen: { readonly to: number; readonly version: number }): Promise<unknown>;
}

export function policyCalls(api: BerthClient, owner: PolicyOwner): PolicyCalls {
  if (owner.kind === "operator") {
    return {
      get: (signal) => api.call("getOperatorPolicies", {}, { signal }),
      textOf: async (version) =>
        (await api.call("getOperatorPolicyVersion", { params: { version } })).text,
      check: (text) => api.call("checkOperatorPolicies", { body: { text } }),
      tryOn: (text, hours) => api.call("tryOperatorPolicies", { body: { text, hours } }),
      save: (text, revision) => api.call("saveOperatorPolicyDraft", { body: { text, revision } }),
      remove: () => api.call("deleteOperatorPolicyDraft", {}),
      publish: (body) => api.call("publishOperatorPolicies", { body }),
      rollBack: (body) => api.call("rollBackOperatorPolicies", { body }),
    };
  }
  const params = { organization: owner.slug };
  return {
    get: (signal) => api.call("getOrganizationPolicies", { params }, { signal }),
    textOf: async (version) =>
      (await api.call("getOrganizationPolicyVersion", { params: { ...params, version } })).text,
    check: (text) => api.call("checkOrganizationPolicies", { params, body: { text } }),
    tryOn: (text, hours) => api.call("tryOrganizationPolicies", { params, body: { text, hours } }),
    save: (text, revision) =>
      api.call("saveOrganizationPolicyDraft", { params, body: { text, revision } }),
    remove: () => api.call("deleteOrganizationPolicyDraft", { params }),
    publish: (body) => api.call("publishOrganizationPolicies", { params, body }),
    rollBack: (body) => api.call("rollBackOrganizationPolicies", { params, body }),
  };
}

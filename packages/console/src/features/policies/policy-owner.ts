/** Whose policies: those of the organization that is shown, or the operator's own. */
export type PolicyOwner =
  | { readonly kind: "organization"; readonly slug: string }
  | { readonly kind: "operator" };

export function policyKey(owner: PolicyOwner): readonly string[] {
  return ["policies", owner.kind, owner.kind === "organization" ? owner.slug : ""];
}

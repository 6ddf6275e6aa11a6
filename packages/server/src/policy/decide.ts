/**
 * Decides one access of one installation: first its state, then its grants.
 *
 * Fails closed: a state that is not known to serve denies. The grammar and the matching are the
 * protocol's, so that a browser that asks first gets the same answer.
 */
import { type AccessRequest, evaluate, isServing } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";

/**
 * `request`: an app serving someone. `hook`: Berth itself asked the app to prepare or tidy up, which
 * it does before it serves and after.
 */
export type Purpose = "request" | "hook";

export type PolicyDecision =
  /** `by`: the grant's id. */
  | { readonly isAllowed: true; readonly by: string }
  | { readonly isAllowed: false; readonly by: "state" | "grants" };

const deniedByState: PolicyDecision = Object.freeze({ isAllowed: false, by: "state" });
const deniedByGrants: PolicyDecision = Object.freeze({ isAllowed: false, by: "grants" });

/** True when the installation may act at all. A suspended or failed one may not, hooks included. */
export function mayAct(live: Pick<LiveInstallation, "state">, purpose: Purpose): boolean {
  if (isServing(live.state)) return true;
  return purpose === "hook" && live.state !== "suspended" && live.state !== "failed";
}

export function decide(
  live: Pick<LiveInstallation, "state" | "grants">,
  access: AccessRequest,
  purpose: Purpose = "request",
): PolicyDecision {
  if (!mayAct(live, purpose)) return deniedByState;
  const decision = evaluate(live.grants, access);
  return decision.isAllowed ? { isAllowed: true, by: decision.grantId } : deniedByGrants;
}

/**
 * Decides one access of one installation: this node's lease, the installation's state, its grants,
 * then what may forbid.
 *
 * Fails closed: a state that is not known to serve denies. The grammar and the matching are the
 * protocol's, so that a browser that asks first gets the same answer.
 */
import { type AccessFacts, type AccessRequest, evaluate, isServing } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Forbidding, Forbids, PolicyLease, PolicyQuestion } from "./ports.ts";

/**
 * `request`: an app serving someone. `hook`: Berth itself asked the app to prepare or tidy up, which
 * it does before it serves and after.
 */
export type Purpose = "request" | "hook";

export type PolicyDecision =
  /** `by`: the grant's id. */
  | { readonly isAllowed: true; readonly by: string }
  | { readonly isAllowed: false; readonly by: "lease" | "state" | "grants" }
  /** A grant covers it, and one of its conditions does not hold. */
  | {
      readonly isAllowed: false;
      readonly by: "condition";
      readonly grantId: string;
      readonly condition: string;
    }
  | { readonly isAllowed: false; readonly by: "policy"; readonly forbidding: Forbidding };

export interface DecisionSources {
  readonly lease: PolicyLease;
  readonly forbids: Forbids;
  readonly factsOf: (question: PolicyQuestion, access: AccessRequest) => AccessFacts;
}

const deniedByLease: PolicyDecision = Object.freeze({ isAllowed: false, by: "lease" });
const deniedByState: PolicyDecision = Object.freeze({ isAllowed: false, by: "state" });
const deniedByGrants: PolicyDecision = Object.freeze({ isAllowed: false, by: "grants" });

/** True when the installation may act at all. A suspended or failed one may not, hooks included. */
export function mayAct(live: Pick<LiveInstallation, "state">, purpose: Purpose): boolean {
  if (isServing(live.state)) return true;
  return purpose === "hook" && live.state !== "suspended" && live.state !== "failed";
}

export function decide(
  question: PolicyQuestion,
  access: AccessRequest,
  { lease, forbids, factsOf }: DecisionSources,
): PolicyDecision {
  if (!lease.isHeld()) return deniedByLease;
  const { live, purpose } = question;
  if (!mayAct(live, purpose)) return deniedByState;
  const facts = factsOf(question, access);
  const decision = evaluate(live.grants, access, facts);
  if (!decision.isAllowed) {
    if (decision.reason === "no-grant") return deniedByGrants;
    const { grantId, condition } = decision;
    return { isAllowed: false, by: "condition", grantId, condition };
  }
  const forbidding = forbids.find(question, access, facts);
  if (forbidding !== undefined) return { isAllowed: false, by: "policy", forbidding };
  return { isAllowed: true, by: decision.grantId };
}

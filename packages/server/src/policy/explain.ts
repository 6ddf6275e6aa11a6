/**
 * Why a decision is what it is: every link of the chain, also behind the one that decided.
 *
 * The verdict is `decide`'s own, so that what is explained and what happens cannot differ.
 */
import { type AccessFacts, type AccessRequest, evaluate, type Grant } from "@berth/protocol";
import { type DecisionSources, decide, mayAct, type PolicyDecision } from "./decide.ts";
import type { PolicyOutcome, PolicyQuestion } from "./ports.ts";

export interface GrantOutcome {
  readonly id: string;
  readonly type: string;
  readonly resource: string;
  readonly actions: readonly string[];
  /** By type, resource and action, whatever its scope and its conditions say. */
  readonly covers: boolean;
  /** Each by itself; empty where it does not cover. */
  readonly conditions: readonly { readonly name: string; readonly holds: boolean }[];
}

export interface DecisionChain {
  readonly decision: PolicyDecision;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly lease: { readonly isHeld: boolean };
  readonly mayAct: boolean;
  readonly grants: readonly GrantOutcome[];
  readonly policies: readonly PolicyOutcome[];
}

/** @param at - default: now, as the sources say */
export function explainDecision(
  question: PolicyQuestion,
  access: AccessRequest,
  { sources, at }: { readonly sources: DecisionSources; readonly at?: number },
): DecisionChain {
  const facts: AccessFacts = {
    ...sources.factsOf(question, access),
    ...(at === undefined ? {} : { now: at }),
  };
  const { live, purpose } = question;
  // Asking why is no call: nothing of it is counted as one.
  const asked: PolicyQuestion = { ...question, isRecheck: true };
  const decision = decide(asked, access, { ...sources, factsOf: () => facts });
  return {
    decision,
    at: facts.now ?? 0,
    lease: { isHeld: sources.lease.isHeld() },
    mayAct: mayAct(live, purpose),
    grants: live.grants.map((grant) => grantOutcome(grant, access, facts)),
    policies: sources.forbids.explain?.(question, access, facts) ?? [],
  };
}

function grantOutcome(grant: Grant, access: AccessRequest, facts: AccessFacts): GrantOutcome {
  const { id, type, resource, actions, conditions, scope, expiresAt } = grant;
  const { conditions: _conditions, scope: _scope, expiresAt: _expiresAt, ...bare } = grant;
  const covers = evaluate([bare], access, facts).isAllowed;
  const holds = (part: Partial<Grant>) => evaluate([{ ...bare, ...part }], access, facts).isAllowed;
  const outcomes = !covers
    ? []
    : [
        ...Object.entries(conditions ?? {}).map(([name, value]) => ({
          name,
          holds: holds({ conditions: { [name]: value } }),
        })),
        ...(scope === undefined ? [] : [{ name: "scope", holds: holds({ scope }) }]),
        ...(expiresAt === undefined ? [] : [{ name: "expiresAt", holds: holds({ expiresAt }) }]),
      ];
  return { id, type, resource, actions, covers, conditions: outcomes };
}

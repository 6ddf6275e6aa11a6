/**
 * Asks `decide` and makes every denial visible: counted, and in the installation's log. What is
 * decided is recorded before it is answered, but for apps whose manifest wants none of it.
 */
import { type AccessFacts, type AccessRequest, BerthError } from "@berth/protocol";
import type { Insight } from "../insight/insight.ts";
import type { Metering } from "../metering/metering.ts";
import type { Clock } from "../storage/ground.ts";
import { type DecisionSources, decide, mayAct, type PolicyDecision } from "./decide.ts";
import { type DecisionChain, explainDecision } from "./explain.ts";
import { factsOf } from "./facts.ts";
import type { LastUses } from "./last-uses.ts";
import type { DecisionRecord, Forbids, PolicyLease, PolicyQuestion } from "./ports.ts";
import { createRateUses, type RateUses } from "./rate-uses.ts";

export type { PolicyQuestion } from "./ports.ts";

export interface Policy {
  /** @returns what decided it. @throws PERMISSION_DENIED, RATE_LIMITED, INSTALLATION_STATE */
  demand(question: PolicyQuestion, access: AccessRequest): string;
  /** Whether any of several ways to say the same access is granted. */
  demandAny(question: PolicyQuestion, accesses: readonly AccessRequest[]): string;
  /** For what no grant could allow. @throws PERMISSION_DENIED, always */
  refuse(question: PolicyQuestion, message: string): never;
  /** What is known now, for whoever decides beforehand: without what was counted. */
  factsOf(question: PolicyQuestion): AccessFacts & { readonly now: number };
  /** For what needs no grant: the installation must only be allowed to act. @throws INSTALLATION_STATE, UNAVAILABLE */
  demandServing(question: PolicyQuestion): void;
  /** Undefined when this node may decide; else settles when it may, or when that took too long. */
  ready(): Promise<void> | undefined;
  /** Decides without a call, and tells every link of the chain. @param at - default: now */
  explain(
    question: PolicyQuestion,
    access: AccessRequest,
    at?: number,
  ): DecisionChain & { readonly message: string };
}

export interface PolicyOptions {
  readonly metering: Pick<Metering, "meter">;
  readonly insight: Pick<Insight, "write">;
  readonly clock: Clock;
  /** Default: a node alone, which always holds it. */
  readonly lease?: PolicyLease;
  /** Default: none. */
  readonly forbids?: Forbids;
  /** Default: decisions are not recorded. */
  readonly record?: DecisionRecord;
  /** Where the moment of each use is noted. Default: nowhere. */
  readonly lastUses?: Pick<LastUses, "note">;
}

type Denied = Extract<PolicyDecision, { readonly isAllowed: false }>;

const always: PolicyLease = Object.freeze({ isHeld: () => true, regained: () => undefined });
/** A node that has lost its lease mostly has it again at the next renewal. */
const maxLeaseWaitMs = 1_000;
const nothing: Forbids = Object.freeze({ find: () => undefined });

/** What a person reads who is denied. */
function sentenceOf(denied: Denied, { type, action, resource }: AccessRequest): string {
  const what = `${type} ${action} of ${resource.slice(0, 200)}`;
  switch (denied.by) {
    case "condition":
      return denied.condition === "scope"
        ? `A grant covers ${what}, and is not for this person; an admin can widen its scope.`
        : `A grant covers ${what}, and its condition ${denied.condition} does not hold now.`;
    case "policy": {
      const { policy, scope, reason } = denied.forbidding;
      return `The ${scope}'s policy ${policy} forbids ${what}${reason === null ? "" : `: ${reason}`}.`;
    }
    case "grants":
    case "lease":
    case "state":
      return `No grant covers ${what}; the app must ask for it in its manifest and an admin must consent.`;
  }
}

function tellDecision(
  decision: PolicyDecision,
  access: AccessRequest,
  { live }: PolicyQuestion,
): string {
  if (decision.isAllowed) return `The grant ${decision.by} allows it, and nothing forbids it.`;
  if (decision.by !== "state") return sentenceOf(decision, access);
  return `The installation is ${live.state}, so it does not act.`;
}

function nameOf(decision: PolicyDecision): string {
  if (decision.isAllowed) return decision.by;
  if (decision.by === "condition") return `condition:${decision.grantId}:${decision.condition}`;
  return decision.by === "policy" ? `policy:${decision.forbidding.policy}` : decision.by;
}

function lost(): BerthError {
  return new BerthError(
    "UNAVAILABLE",
    "This node has lost touch with the database and does not know what holds now, so it decides nothing; try again.",
  );
}

export function createPolicy(options: PolicyOptions): Policy {
  const { clock, record, lastUses } = options;
  const rates: RateUses = createRateUses(clock);
  const sources: DecisionSources = {
    lease: options.lease ?? always,
    forbids: options.forbids ?? nothing,
    factsOf: (question) => factsOf(question, { now: clock.now(), rates }),
  };

  function tell({ live, requestId }: PolicyQuestion, message: string): void {
    options.metering.meter(live.id).deniedCalls += 1;
    options.insight.write(live.id, { level: "warn", source: "berth", requestId, message });
  }

  function refuseState(question: PolicyQuestion): never {
    const { live } = question;
    const why = live.stateReason === null ? "" : ` (${live.stateReason})`;
    const message = `The installation is ${live.state}${why}, so it does not act; an admin of the organization can resume it.`;
    tell(question, message);
    throw new BerthError("INSTALLATION_STATE", message, { details: { state: live.state } });
  }

  /** How long the condition `rate` still refuses; undefined where something else did. */
  function waitOf({ live }: PolicyQuestion, denied: Denied): number | undefined {
    if (denied.by !== "condition" || denied.condition !== "rate") return undefined;
    const rate = live.grants.find(({ id }) => id === denied.grantId)?.conditions?.rate;
    return rate === undefined ? undefined : rates.waitMs(denied.grantId, rate);
  }

  function decided(question: PolicyQuestion, access: AccessRequest): PolicyDecision {
    const decision = decide(question, access, sources);
    if (question.isRecheck === true) return decision;
    if (decision.isAllowed) {
      rates.note(decision.by);
      lastUses?.note(decision.by);
    }
    if (record !== undefined && question.live.manifest.security.auditLogging) {
      const { isAllowed } = decision;
      record.note({ question, access, isAllowed, decidedBy: nameOf(decision) });
    }
    return decision;
  }

  function demandAny(question: PolicyQuestion, accesses: readonly AccessRequest[]): string {
    let denied: { readonly access: AccessRequest; readonly decision: Denied } | undefined;
    for (const access of accesses) {
      const decision = decided(question, access);
      if (decision.isAllowed) return decision.by;
      if (decision.by === "state") refuseState(question);
      if (decision.by === "lease") throw lost();
      denied ??= { access, decision };
    }
    if (denied === undefined) throw new TypeError("Nothing was asked for.");
    const { type, action, resource } = denied.access;
    const message = sentenceOf(denied.decision, denied.access);
    if (question.isRecheck !== true) tell(question, message);
    const waitMs = waitOf(question, denied.decision);
    if (waitMs !== undefined) {
      const retryAfterSeconds = Math.ceil(waitMs / 1_000);
      throw new BerthError("RATE_LIMITED", `${message} Try again in ${retryAfterSeconds} s.`, {
        details: { retryAfterSeconds, decidedBy: nameOf(denied.decision) },
      });
    }
    throw new BerthError("PERMISSION_DENIED", message, {
      details: {
        ...{ type, action, resource: resource.slice(0, 200) },
        decidedBy: nameOf(denied.decision),
      },
    });
  }

  return {
    refuse(question, message) {
      tell(question, message);
      throw new BerthError("PERMISSION_DENIED", message);
    },
    demandAny,
    demand: (question, access) => demandAny(question, [access]),
    ready: () => sources.lease.regained(maxLeaseWaitMs),
    factsOf: (question) => factsOf({ ...question, isRecheck: true }, { now: clock.now(), rates }),
    explain(question, access, at) {
      const chain = explainDecision(question, access, {
        sources,
        ...(at === undefined ? {} : { at }),
      });
      return { ...chain, message: tellDecision(chain.decision, access, question) };
    },
    demandServing(question) {
      if (!sources.lease.isHeld()) throw lost();
      if (!mayAct(question.live, question.purpose)) refuseState(question);
    },
  };
}

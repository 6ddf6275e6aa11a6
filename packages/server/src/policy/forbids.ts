/**
 * The published policies in memory, and what they forbid.
 *
 * `publish` is the one way by which this node learns of policies: the next decision is made by them.
 * The operator's and the organization's are asked together, in one set; only organizations with
 * policies of their own have one. Nothing is compiled and no engine is loaded before a decision needs
 * it.
 *
 * Fails closed: policies that cannot be read, and an engine that does not answer, forbid.
 */
import { type AccessFacts, type AccessRequest, matchesResource } from "@berth/protocol";
import type { Logger } from "pino";
import type { LiveInstallation } from "../installation/live.ts";
import type { Clock } from "../storage/ground.ts";
import { type CompiledPolicy, compilePolicies, uidOf } from "./cedar/compile.ts";
import { type Cedar, openCedar } from "./cedar/engine.ts";
import { type PolicyFacts, sliceOf } from "./cedar/facts.ts";
import {
  createPolicySets,
  isInScope,
  type Judgement,
  type PolicyGroup,
  type PolicySets,
} from "./cedar/sets.ts";
import type { Forbidding, Forbids, PolicyOutcome, PolicyQuestion } from "./ports.ts";
import type { AskedAccess } from "./traffic-sums.ts";

/** An organization's id, or null for the operator. */
export type PolicyOwner = string | null;

export interface OwnedPolicy extends CompiledPolicy {
  readonly scope: "organization" | "operator";
}

export interface PolicyForbids extends Forbids {
  explain(
    question: PolicyQuestion,
    access: AccessRequest,
    facts: AccessFacts,
  ): readonly PolicyOutcome[];
  /** For facts that are nobody's question, such as a case of a test. */
  judge(organizationId: PolicyOwner, facts: PolicyFacts): Forbidding | undefined;
  /** Policies that may forbid an installation this, whoever asks and wherever in `resource` it lies. */
  about(
    live: LiveInstallation,
    access: AccessRequest,
  ): readonly (Forbidding & { readonly isAlways: boolean })[];
  /** From the next decision on. Null: none. */
  publish(owner: PolicyOwner, text: string | null): void;
}

export interface ForbidsOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, "error">;
  /** Told of every access that grants allow; must be quick and must not throw. */
  readonly onAsked?: (asked: AskedAccess) => void;
  /** Default: Cedar's. */
  readonly openCedar?: () => Cedar;
  readonly maxSets?: number;
}

/** An engine that could not be had, as for want of memory or of file descriptors, is not asked for at every call. */
const retryMs = 1_000;

/** Organizations whose policies are kept compiled; others are compiled again when they are asked. */
const maxGroups = 2_000;

type Group = PolicyGroup<OwnedPolicy>;

interface Owned {
  readonly text: string;
  /** `unreadable`: compiled here with an error, though it was published. */
  policies: readonly OwnedPolicy[] | "unreadable" | undefined;
  /** Set when the engine failed, and not the text: from then on it is read again. */
  retryAt?: number;
}

interface Combined {
  readonly own: Owned;
  readonly operator: Owned | undefined;
  readonly group: Group | Forbidding;
}

const isForbidding = (group: Group | Forbidding): group is Forbidding => "policy" in group;

export function createForbids(options: ForbidsOptions): PolicyForbids {
  const { clock, logger, onAsked } = options;
  const open = options.openCedar ?? openCedar;
  const texts = new Map<PolicyOwner, Owned>();
  const groups = new Map<PolicyOwner, Combined>();
  let sets: PolicySets | undefined;
  /** Reads texts only; the sets' own decides. */
  let reader: Cedar | undefined;

  function readPolicies(owner: PolicyOwner, owned: Owned): readonly OwnedPolicy[] | "unreadable" {
    const scope = owner === null ? "operator" : "organization";
    delete owned.retryAt;
    try {
      reader ??= open();
      const { policies, problems } = compilePolicies(reader, owned.text);
      if (problems.length === 0) return policies.map((policy) => ({ ...policy, scope }));
      logger.error({ owner, problem: problems[0] }, "Published policies cannot be read");
    } catch (error) {
      reader = undefined;
      owned.retryAt = clock.now() + retryMs;
      logger.error({ err: error, owner }, "Published policies cannot be read");
    }
    return "unreadable";
  }

  const isToRead = (owned: Owned | undefined) =>
    owned?.retryAt !== undefined && clock.now() >= owned.retryAt;

  function combine(owner: PolicyOwner, own: Owned, operator: Owned | undefined): Combined {
    const all: OwnedPolicy[] = [];
    const beneath: readonly (readonly [PolicyOwner, Owned])[] =
      operator === undefined ? [] : [[null, operator]];
    for (const [whose, owned] of [...beneath, [owner, own] as const]) {
      if (isToRead(owned)) owned.policies = undefined;
      owned.policies ??= readPolicies(whose, owned);
      if (owned.policies === "unreadable") {
        const scope = whose === null ? "operator" : "organization";
        const reason = "they cannot be read, and what cannot be read forbids";
        return { own, operator, group: { policy: "unreadable", scope, reason } };
      }
      all.push(...owned.policies);
    }
    sets ??= createPolicySets({
      openCedar: open,
      ...(options.maxSets === undefined ? {} : { maxSets: options.maxSets }),
      onTrap: (error) => logger.error({ err: error }, "Cedar did not answer; the access is denied"),
    });
    return { own, operator, group: sets.createGroup(all) };
  }

  /** Undefined for who has no policy and is under none. */
  function groupOf(organizationId: PolicyOwner): Group | Forbidding | undefined {
    const operator = texts.get(null);
    const owner = organizationId !== null && texts.has(organizationId) ? organizationId : null;
    const own = texts.get(owner);
    if (own === undefined) return undefined;
    const beneath = owner === null ? undefined : operator;
    const known = groups.get(owner);
    const isOver = isToRead(own) || isToRead(beneath);
    if (known?.own === own && known.operator === beneath && !isOver) {
      // Last used, last to go.
      groups.delete(owner);
      groups.set(owner, known);
      return known.group;
    }
    drop(owner);
    const combined = combine(owner, own, beneath);
    groups.set(owner, combined);
    if (groups.size > maxGroups) {
      for (const oldest of groups.keys()) {
        drop(oldest);
        const owned = texts.get(oldest);
        if (owned !== undefined && oldest !== null) owned.policies = undefined;
        break;
      }
    }
    return combined.group;
  }

  function drop(owner: PolicyOwner): void {
    const known = groups.get(owner);
    groups.delete(owner);
    if (known !== undefined && !isForbidding(known.group)) sets?.dropGroup(known.group);
  }

  function judgeBy(group: Group | Forbidding, facts: () => PolicyFacts): Forbidding | undefined {
    if (isForbidding(group)) return group;
    // Groups exist only once their sets do.
    const judgement = sets?.judge(group, facts());
    return judgement === undefined ? undefined : firstOf(judgement);
  }

  function factsOf(
    { live, purpose, subject }: PolicyQuestion,
    access: AccessRequest,
    facts: AccessFacts,
  ): PolicyFacts {
    const now = facts.now ?? clock.now();
    const provenAt = subject?.secondFactorAt ?? null;
    return {
      access,
      principal:
        subject === null
          ? { kind: "installation", id: live.id, roles: [], groups: [] }
          : {
              kind: subject.kind ?? "person",
              id: subject.personId,
              roles: subject.roles,
              groups: subject.groups,
            },
      installation: live.id,
      app: live.app,
      organization: live.organizationSlug,
      now,
      purpose,
      address: subject?.address ?? null,
      secondFactorAgeSeconds: provenAt === null ? null : (now - provenAt) / 1000,
      dataClass: facts.dataClass ?? null,
    };
  }

  return {
    find(question, access, facts) {
      const group = groupOf(question.live.organizationId);
      // Without a policy, which is the most frequent case, nothing is made.
      const forbidding =
        group === undefined ? undefined : judgeBy(group, () => factsOf(question, access, facts));
      if (question.isRecheck !== true) {
        onAsked?.({ question, access, facts, isForbidden: forbidding !== undefined });
      }
      return forbidding;
    },

    explain(question, access, facts) {
      const group = groupOf(question.live.organizationId);
      if (group === undefined) return [];
      if (isForbidding(group)) return [{ ...group, outcome: "fails" }];
      const asked = factsOf(question, access, facts);
      const judgement = sets?.judge(group, asked) ?? { forbidding: [], failing: [] };
      if (judgement.failure !== undefined) {
        const failed = firstOf(judgement);
        return failed === undefined ? [] : [{ ...failed, outcome: "fails" }];
      }
      const slice = sliceOf(asked);
      return group.policies.map((policy) => {
        const failed = judgement.failing.find((each) => each.policy === policy);
        const named = { policy: policy.id, scope: policy.scope };
        if (failed !== undefined) {
          return { ...named, reason: failed.message.slice(0, 300), outcome: "fails" };
        }
        const { reason } = policy;
        if (judgement.forbidding.includes(policy)) return { ...named, reason, outcome: "forbids" };
        const outcome = !policy.actions.has(slice.action)
          ? "other-action"
          : isInScope(policy, slice)
            ? "holds-not"
            : "out-of-scope";
        return { ...named, reason, outcome };
      });
    },

    judge(organizationId, facts) {
      const group = groupOf(organizationId);
      return group === undefined ? undefined : judgeBy(group, () => facts);
    },

    about(live, access) {
      const group = groupOf(live.organizationId);
      if (group === undefined) return [];
      if (isForbidding(group)) return [{ ...group, isAlways: true }];
      const question: PolicyQuestion = { live, purpose: "request", requestId: null, subject: null };
      const slice = sliceOf(factsOf(question, access, {}));
      return group.policies.flatMap((policy) => {
        const { id, scope, reason, json } = policy;
        if (!policy.actions.has(slice.action)) return [];
        const { principal, resource, conditions } = json;
        const isOne = resource.op === "==" && "entity" in resource;
        if (isOne) {
          const { type, id: name } = uidOf(resource.entity);
          const isWithin =
            type === slice.resource.type && matchesResource(access.type, access.resource, name);
          if (!isWithin) return [];
        } else if (!isInScope({ ...policy, json: { ...json, principal: { op: "All" } } }, slice)) {
          return [];
        }
        const isAlways = !isOne && principal.op === "All" && conditions.length === 0;
        return [{ policy: id, scope, reason, isAlways }];
      });
    },

    publish(owner, text) {
      drop(owner);
      if (text === null || text.trim() === "") texts.delete(owner);
      else texts.set(owner, { text, policies: undefined });
    },
  };
}

function firstOf(judgement: Judgement<OwnedPolicy>): Forbidding | undefined {
  const { forbidding, failing, failure } = judgement;
  if (failure !== undefined) {
    const reason = `the policies could not be evaluated (${failure}), which forbids`;
    return { policy: "not-evaluated", scope: "operator", reason };
  }
  const [first] = forbidding;
  if (first !== undefined) return { policy: first.id, scope: first.scope, reason: first.reason };
  const [broken] = failing;
  if (broken === undefined) return undefined;
  const { id, scope } = broken.policy;
  const reason = `it could not be evaluated (${broken.message.slice(0, 200)}), which forbids`;
  return { policy: id, scope, reason };
}

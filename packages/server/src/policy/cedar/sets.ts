/**
 * Holds access against policies, by Cedar, which is told as little as decides.
 *
 * - A policy's scope is looked at here first: where no scope fits, the engine is not asked.
 * - One parsed set for each group of policies and action, made when it is first needed. The engine
 *   keeps every set under its name for ever, so names are few: they are taken again from the set that
 *   was used longest ago.
 * - An answer is remembered under all that Cedar was told, the moment included, which it is told in
 *   whole seconds. Cedar's answer depends on nothing else.
 *
 * Fails closed: a policy whose evaluation fails forbids, and so does an engine that does not answer.
 * An instance that trapped is dropped, and only the question at which it did is denied: the next is
 * asked of a new one, or an app could take its neighbours down by a question that traps.
 */
import type {
  ActionConstraint,
  PrincipalConstraint,
  ResourceConstraint,
  StatefulAuthorizationCall,
  TypeAndId,
} from "@cedar-policy/cedar-wasm/nodejs";
import { type ActionName, type CompiledPolicy, uidOf } from "./compile.ts";
import type { Cedar } from "./engine.ts";
import {
  contextOf,
  entitiesOf,
  type PolicyFacts,
  type Slice,
  type SliceNeeds,
  sliceOf,
} from "./facts.ts";

/** Policies that are asked together. Belongs to one `PolicySets`. */
export interface PolicyGroup<Policy extends CompiledPolicy = CompiledPolicy> {
  readonly policies: readonly Policy[];
  readonly sets: Map<ActionName, ActionSet<Policy> | null>;
}

interface ActionSet<Policy extends CompiledPolicy> {
  /** Never given again. */
  readonly serial: number;
  readonly policies: readonly Policy[];
  readonly context: ReadonlySet<string>;
  readonly needs: SliceNeeds;
  /** Undefined while the engine does not hold it. */
  slot: string | undefined;
}

export interface Judgement<Policy extends CompiledPolicy = CompiledPolicy> {
  /** In the order of the text. */
  readonly forbidding: readonly Policy[];
  /** In the order of the text. */
  readonly failing: readonly { readonly policy: Policy; readonly message: string }[];
  /** Set when the engine itself failed: what it said. */
  readonly failure?: string;
}

export interface PolicySets {
  createGroup<Policy extends CompiledPolicy>(policies: readonly Policy[]): PolicyGroup<Policy>;
  /** Gives its names back. */
  dropGroup(group: PolicyGroup): void;
  /** Never throws. */
  judge<Policy extends CompiledPolicy>(
    group: PolicyGroup<Policy>,
    facts: PolicyFacts,
  ): Judgement<Policy>;
}

export interface PolicySetsOptions {
  readonly openCedar: () => Cedar;
  /** How many sets the engine holds at once. Default 2,000, of about 40 kB each. */
  readonly maxSets?: number;
  /** Told when the engine broke; not of questions that it did not understand, which apps can ask. */
  readonly onTrap?: (error: unknown) => void;
}

/** Of about 600 bytes each. */
const maxAnswers = 10_000;
/** An app may ask about very long resources: such answers are not worth their memory. */
const maxKeyChars = 3_000;

/** `like` takes as long as text and pattern are, multiplied. */
const maxResourceChars = 4_096;

/** Left by its module, the engine's stack pointer is not where it was. */
function isTrap(error: unknown): boolean {
  // The name of WebAssembly's own; a RangeError is a stack that ran over.
  return error instanceof Error && ["RuntimeError", "RangeError"].includes(error.name);
}

const silent: Judgement<never> = Object.freeze({ forbidding: [], failing: [] });
const basePermit = "permit(principal, action, resource);";

export function createPolicySets(options: PolicySetsOptions): PolicySets {
  const { maxSets = 2_000 } = options;
  let cedar: Cedar | undefined;
  let slots = 0;
  const free: string[] = [];
  let serials = 0;
  /** What Cedar answered, by all that it was told; the oldest first. */
  const answers = new Map<string, Judgement>();
  /** Sets that the engine holds, the longest unused first. */
  const held = new Set<ActionSet<CompiledPolicy>>();

  function release(set: ActionSet<CompiledPolicy>): void {
    if (set.slot === undefined) return;
    // Emptied, so that what it held is the engine's to use again.
    cedar?.preparsePolicySet(set.slot, { staticPolicies: {} });
    free.push(set.slot);
    set.slot = undefined;
    held.delete(set);
  }

  function takeSlot(): string {
    const known = free.pop();
    if (known !== undefined) return known;
    if (slots < maxSets) {
      slots += 1;
      return `set-${slots}`;
    }
    for (const oldest of held) {
      release(oldest);
      break;
    }
    return free.pop() ?? "set-0";
  }

  function prepare(set: ActionSet<CompiledPolicy>): { readonly cedar: Cedar; readonly id: string } {
    cedar ??= options.openCedar();
    if (set.slot === undefined) {
      const slot = takeSlot();
      const staticPolicies: Record<string, string> = { permit: basePermit };
      // As text: large numbers do not survive the way through JSON.
      for (const [index, { text }] of set.policies.entries()) staticPolicies[index] = text;
      const answer = cedar.preparsePolicySet(slot, { staticPolicies });
      if (answer.type === "failure") {
        free.push(slot);
        throw new Error(answer.errors[0]?.message ?? "the policies do not parse");
      }
      set.slot = slot;
    }
    // Last used, last to go.
    held.delete(set);
    held.add(set);
    return { cedar, id: set.slot };
  }

  function forget(): void {
    cedar = undefined;
    for (const set of held) set.slot = undefined;
    held.clear();
    free.length = 0;
    slots = 0;
  }

  function ask<Policy extends CompiledPolicy>(
    set: ActionSet<Policy>,
    slice: Slice,
    facts: PolicyFacts,
  ): Judgement<Policy> {
    const told = {
      principal: slice.principal,
      action: { type: "Action", id: slice.action },
      resource: slice.resource,
      context: contextOf(facts, set.context),
      entities: entitiesOf(slice, set.needs),
    };
    // All that Cedar is told, and of which policies: the same again has the same answer.
    const key = `${set.serial} ${JSON.stringify(told)}`;
    const remembered = answers.get(key);
    // The set's own policies were in it: its serial is nobody else's.
    if (remembered !== undefined) return remembered as Judgement<Policy>;
    const judgement = evaluate(set, told);
    if (key.length > maxKeyChars) return judgement;
    answers.set(key, judgement);
    if (answers.size > maxAnswers) {
      for (const oldest of answers.keys()) {
        answers.delete(oldest);
        break;
      }
    }
    return judgement;
  }

  function evaluate<Policy extends CompiledPolicy>(
    set: ActionSet<Policy>,
    told: Omit<StatefulAuthorizationCall, "preparsedPolicySetId">,
  ): Judgement<Policy> {
    const engine = prepare(set);
    const answer = engine.cedar.statefulIsAuthorized({
      ...told,
      preparsedPolicySetId: engine.id,
    });
    if (answer.type === "failure") {
      throw new Error(answer.errors[0]?.message ?? "the question was not understood");
    }
    const { decision, diagnostics } = answer.response;
    if (decision === "allow" && diagnostics.errors.length === 0) return silent;
    const forbids = new Set(decision === "deny" ? diagnostics.reason : []);
    const forbidding = set.policies.filter((_, index) => forbids.has(String(index)));
    // In the order of the text, as what forbids is: the engine's own is one of chance.
    const errors = new Map(diagnostics.errors.map(({ policyId, error }) => [policyId, error]));
    const failing = set.policies.flatMap((policy, index) => {
      const error = errors.get(String(index));
      return error === undefined ? [] : [{ policy, message: error.message }];
    });
    if (forbidding.length + failing.length > 0) return { forbidding, failing };
    throw new Error("the engine denied and named no policy");
  }

  return {
    createGroup: (policies) => ({ policies, sets: new Map() }),

    dropGroup({ sets }) {
      try {
        for (const set of sets.values()) if (set !== null) release(set);
      } catch (error) {
        // Whoever puts other policies in force must not fail by those that go.
        forget();
        options.onTrap?.(error);
      }
      sets.clear();
    },

    judge(group, facts) {
      const slice = sliceOf(facts);
      let set = group.sets.get(slice.action);
      if (set === undefined) {
        serials += 1;
        set = setOf(group.policies, slice.action, serials);
        group.sets.set(slice.action, set);
      }
      if (set === null || !set.policies.some((policy) => isInScope(policy, slice))) return silent;
      if (facts.access.resource.length > maxResourceChars) {
        return { ...silent, failure: `the resource is longer than ${maxResourceChars} characters` };
      }
      try {
        return ask(set, slice, facts);
      } catch (error) {
        // What it only could not read, such as half a character, is its caller's: it works on.
        if (isTrap(error)) {
          forget();
          options.onTrap?.(error);
        }
        const failure = error instanceof Error ? error.message.slice(0, 200) : "it failed";
        return { ...silent, failure };
      }
    },
  };
}

function setOf<Policy extends CompiledPolicy>(
  policies: readonly Policy[],
  action: ActionName,
  serial: number,
): ActionSet<Policy> | null {
  const about = policies.filter((policy) => policy.actions.has(action));
  if (about.length === 0) return null;
  const mentions = new Set(about.flatMap((policy) => [...policy.mentions]));
  return {
    serial,
    policies: about,
    context: new Set(about.flatMap(({ context }) => [...context])),
    needs: {
      parents: about.some(({ asksAnyParent }) => asksAnyParent) ? "all" : mentions,
      attributes: about.some(({ attributes }) => attributes.size > 0),
      action: about.some((policy) => policy.namesAction || asksGroup(policy.json.action)),
    },
    slot: undefined,
  };
}

/** An action is named with a colon, a group of them without. */
const asksGroup = (constraint: ActionConstraint) => {
  if (constraint.op !== "in") return false;
  const named = "entities" in constraint ? constraint.entities : [constraint.entity];
  return named.some((uid) => !uidOf(uid).id.includes(":"));
};

/** Whether the scope lets the conditions be asked at all. Cedar's own rules, tested against Cedar. */
export function isInScope({ json }: CompiledPolicy, slice: Slice): boolean {
  return (
    fits(json.principal, slice.principal, slice.principalParents) &&
    fits(json.resource, slice.resource, slice.resourceParents)
  );
}

function fits(
  constraint: PrincipalConstraint | ResourceConstraint,
  self: TypeAndId,
  parents: readonly TypeAndId[],
): boolean {
  const liesIn = (wanted: TypeAndId) =>
    isSame(wanted, self) || parents.some((parent) => isSame(wanted, parent));
  switch (constraint.op) {
    case "All":
      return true;
    case "==":
      return "entity" in constraint && isSame(uidOf(constraint.entity), self);
    case "in":
      return "entity" in constraint && liesIn(uidOf(constraint.entity));
    case "is": {
      if (constraint.entity_type !== self.type) return false;
      const within = constraint.in;
      return within === undefined || ("entity" in within && liesIn(uidOf(within.entity)));
    }
  }
}

const isSame = (one: TypeAndId, other: TypeAndId) => one.id === other.id && one.type === other.type;

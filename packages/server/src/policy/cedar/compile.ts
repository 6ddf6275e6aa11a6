/**
 * Reads policies: what each may decide by its scope alone, and what its conditions ask for.
 *
 * Invariants: only `forbid`, never a template; every policy has a name of its own; a text with an
 * error gives no policies at all.
 */
import { type AccessRequest, actionsByType, isPlainLine, permissionTypes } from "@berth/protocol";
import type { EntityUidJson, PolicyJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs";
import type { Cedar } from "./engine.ts";
import { createPlaces, type PolicyProblem } from "./problem.ts";
import { type PolicyPiece, splitPolicies } from "./split.ts";

/** Such as `network:connect`. */
export type ActionName = `${AccessRequest["type"]}:${AccessRequest["action"]}`;

export interface CompiledPolicy {
  /** Its `@id`, or `policy-3` for the third of the text. */
  readonly id: string;
  readonly reason: string | null;
  readonly text: string;
  /** Where it begins in the whole, from 1. */
  readonly line: number;
  readonly json: PolicyJson;
  readonly actions: ReadonlySet<ActionName>;
  /** Attributes of the context that it looks at. */
  readonly context: ReadonlySet<string>;
  /** Attributes, of what is reached or of what may be it, that it looks at. */
  readonly attributes: ReadonlySet<string>;
  /** Whether its conditions name the action. */
  readonly namesAction: boolean;
  /** Every entity that it names, by `keyOf`; all others play no part in its `in`. */
  readonly mentions: ReadonlySet<string>;
  /** It asks whether something lies in what is not written down in it. */
  readonly asksAnyParent: boolean;
}

export interface Compiled {
  readonly policies: readonly CompiledPolicy[];
  readonly problems: readonly PolicyProblem[];
}

export const contextAttributes = Object.freeze([
  "now",
  "weekday",
  "purpose",
  "address",
  "secondFactorAgeSeconds",
  "dataClass",
] as const);

export const actionNames: readonly ActionName[] = Object.freeze(
  permissionTypes.flatMap((type) =>
    actionsByType[type].map((action): ActionName => `${type}:${action}`),
  ),
);

const idPattern = /^[a-z0-9][a-z0-9-]{0,63}$/;
const maxReasonChars = 280;

/** Parses without validating against the schema. @throws what a trapped engine throws */
export function compilePolicies(
  cedar: Pick<Cedar, "policyToJson">,
  text: string,
): Compiled & { readonly pieces: readonly PolicyPiece[] } {
  const { pieces, problem } = splitPolicies(text);
  const places = createPlaces(text);
  const problems: PolicyProblem[] = [];
  if (problem !== undefined) {
    problems.push(places.at(problem.message, { start: problem.start }));
    return { policies: [], problems, pieces: [] };
  }
  const policies: CompiledPolicy[] = [];
  const ids = new Set<string>();
  for (const [index, piece] of pieces.entries()) {
    const answer = cedar.policyToJson(piece.text);
    if (answer.type === "failure") {
      problems.push(...answer.errors.map((error) => places.ofEngine(error, piece)));
      continue;
    }
    const { json } = answer;
    const id = json.annotations?.id ?? `policy-${index + 1}`;
    const reason = json.annotations?.reason ?? null;
    const mistake = mistakeOf(json, { id, reason, ids });
    if (mistake !== undefined) {
      const start = json.effect === "permit" ? piece.effect?.start : undefined;
      problems.push(places.at(mistake, { start: start ?? piece.start, policy: id }));
    }
    ids.add(id);
    policies.push({
      ...{ id, reason, json, text: piece.text },
      line: places.lineOf(piece.start),
      actions: actionsOf(json),
      ...looksAt(json),
    });
  }
  return { policies: problems.length === 0 ? policies : [], problems, pieces };
}

function mistakeOf(
  { effect }: PolicyJson,
  named: {
    readonly id: string;
    readonly reason: string | null;
    readonly ids: ReadonlySet<string>;
  },
): string | undefined {
  const { id, reason, ids } = named;
  if (effect !== "forbid") {
    return "Policies can only forbid: what is allowed, grants say. Write forbid, or leave this out.";
  }
  if (!idPattern.test(id)) {
    return `@id(${JSON.stringify(id.slice(0, 80))}) is no name; expected up to 64 of a-z, 0-9 and -.`;
  }
  if (ids.has(id)) return `@id("${id}") is the name of an earlier policy; give this one another.`;
  if (reason === null) return undefined;
  if (reason.length === 0 || reason.length > maxReasonChars || !isPlainLine(reason)) {
    return `@reason is not one plain line of at most ${maxReasonChars} characters.`;
  }
  return undefined;
}

export function uidOf(uid: EntityUidJson): TypeAndId {
  return "__entity" in uid ? uid.__entity : uid;
}

function actionsOf({ action }: PolicyJson): ReadonlySet<ActionName> {
  if (action.op === "All") return new Set(actionNames);
  // A slot would be a template, which was refused.
  const wanted = "entities" in action ? action.entities : "entity" in action ? [action.entity] : [];
  const ids = wanted.map((uid) => uidOf(uid).id);
  const isGroup = action.op === "in";
  return new Set(
    actionNames.filter(
      (name) => ids.includes(name) || (isGroup && ids.includes(name.slice(0, name.indexOf(":")))),
    ),
  );
}

/** One text for each entity. */
export const keyOf = ({ type, id }: TypeAndId): string => `${type} ${id}`;

type LooksAt = Pick<
  CompiledPolicy,
  "context" | "attributes" | "namesAction" | "mentions" | "asksAnyParent"
>;

function looksAt({ conditions, principal, resource }: PolicyJson): LooksAt {
  const context = new Set<string>();
  const attributes = new Set<string>();
  const mentions = new Set<string>();
  let namesAction = false;
  let asksAnyParent = false;
  for (const constraint of [principal, resource]) {
    const within = constraint.op === "is" ? constraint.in : constraint;
    if (within !== undefined && "entity" in within) mentions.add(keyOf(uidOf(within.entity)));
  }
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("__entity" in node) {
      // So an entity is written in a policy's JSON.
      mentions.add(keyOf(node.__entity as TypeAndId));
      return;
    }
    // As a whole: then nothing may be left out.
    if (isVariable(node, "context")) for (const name of contextAttributes) context.add(name);
    if (isVariable(node, "action")) namesAction = true;
    const [operator, value] = Object.entries(node)[0] ?? [];
    if ((operator === "." || operator === "has") && isAttribute(value)) {
      const { attr, left } = value;
      const name = typeof attr === "string" ? attr : (attr[0] ?? "");
      if (isVariable(left, "context")) return void context.add(name);
      // Also by a way round, such as `(if … then resource else resource).name`.
      attributes.add(name);
    }
    if (operator === "in" && isPair(value) && !isWritten(value.right)) asksAnyParent = true;
    if (operator === "is" && isPair(value) && "in" in value && !isWritten(value.in)) {
      asksAnyParent = true;
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(conditions);
  return { context, attributes, namesAction, mentions, asksAnyParent };
}

/** An entity, or a list of them, that stands in the policy as it is. */
function isWritten(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if ("Value" in node) return true;
  return "Set" in node && Array.isArray(node.Set) && node.Set.every(isWritten);
}

function isPair(value: unknown): value is { readonly left: unknown; readonly right?: unknown } {
  return typeof value === "object" && value !== null && "left" in value;
}

function isVariable(node: unknown, name: string): boolean {
  return typeof node === "object" && node !== null && "Var" in node && node.Var === name;
}

function isAttribute(
  value: unknown,
): value is { readonly left: unknown; readonly attr: string | readonly string[] } {
  return isPair(value) && "attr" in value;
}

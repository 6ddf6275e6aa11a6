/**
 * One access as Cedar is asked about it: who, what, of which app, under which circumstances.
 *
 * The hierarchy is flat: each entity names all that it lies in, so that two entities are the whole
 * slice. Trust: names and resources come from apps; they go in as values, never as text of a policy.
 */
import { isIP } from "node:net";
import type { AccessRequest } from "@berth/protocol";
import type { CedarValueJson, EntityJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs";
import { type ActionName, keyOf } from "./compile.ts";
import { entityTypeOf } from "./schema.ts";

export interface PolicyFacts {
  readonly access: AccessRequest;
  /** Who acts: a person or service principal, or the installation as itself. */
  readonly principal: {
    readonly kind: "person" | "service" | "installation";
    readonly id: string;
    readonly roles: readonly string[];
    readonly groups: readonly string[];
  };
  readonly installation: string;
  /** `publisher/name`. */
  readonly app: string;
  /** The organization's slug. */
  readonly organization: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly purpose: string;
  /** Null when unknown, as in the next two. */
  readonly address: string | null;
  readonly secondFactorAgeSeconds: number | null;
  readonly dataClass: string | null;
}

/** The same, in Cedar's words. */
export interface Slice {
  readonly action: ActionName;
  readonly principal: TypeAndId;
  readonly principalParents: readonly TypeAndId[];
  readonly resource: TypeAndId;
  readonly resourceParents: readonly TypeAndId[];
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const principalTypes = { person: "Person", service: "Service", installation: "Installation" };

export function sliceOf(facts: PolicyFacts): Slice {
  const { access, principal, app } = facts;
  const organization = { type: "Organization", id: facts.organization };
  const within = [
    { type: "App", id: app },
    { type: "Publisher", id: app.slice(0, app.indexOf("/")) },
    organization,
  ];
  const isItself = principal.kind === "installation";
  return {
    action: `${access.type}:${access.action}`,
    principal: { type: principalTypes[principal.kind], id: principal.id },
    principalParents: isItself
      ? within
      : [
          ...principal.roles.map((id) => ({ type: "Role", id })),
          ...principal.groups.map((id) => ({ type: "Group", id })),
          organization,
        ],
    resource: { type: entityTypeOf[access.type], id: access.resource },
    resourceParents: [{ type: "Installation", id: facts.installation }, ...within],
  };
}

export interface SliceNeeds {
  /** The parents that matter, by `keyOf`; `all` where that is not known beforehand. */
  readonly parents: ReadonlySet<string> | "all";
  /** Of what is reached. */
  readonly attributes: boolean;
  readonly action: boolean;
}

/** Only what is asked for: each entity, parent and attribute costs time at every decision. */
export function entitiesOf(
  slice: Slice,
  { parents, attributes, action }: SliceNeeds,
): EntityJson[] {
  const matter = (all: readonly TypeAndId[]) =>
    parents === "all" ? [...all] : all.filter((uid) => parents.has(keyOf(uid)));
  const entities: EntityJson[] = [];
  const { resource } = slice;
  const around = matter(slice.resourceParents);
  if (attributes || around.length > 0) {
    const host = resource.type === "Network" ? { host: hostOf(resource.id) } : {};
    const attrs = attributes ? { name: resource.id, ...host } : {};
    entities.push({ uid: resource, attrs, parents: around });
  }
  const above = matter(slice.principalParents);
  if (above.length > 0) entities.push({ uid: slice.principal, attrs: {}, parents: above });
  if (action) {
    const group = slice.action.slice(0, slice.action.indexOf(":"));
    entities.push({
      uid: { type: "Action", id: slice.action },
      attrs: {},
      parents: [{ type: "Action", id: group }],
    });
  }
  return entities;
}

/** A network resource is a host, with its port when that is not the scheme's own. */
function hostOf(resource: string): string {
  return resource.replace(/:\d+$/, "").toLowerCase();
}

/** Only what is asked for: each attribute costs time at every decision. */
export function contextOf(
  facts: PolicyFacts,
  asked: ReadonlySet<string>,
): Record<string, CedarValueJson> {
  const context: Record<string, CedarValueJson> = {};
  if (asked.has("purpose")) context.purpose = facts.purpose;
  if (asked.has("now")) {
    // In whole seconds: the calls of one second are then told the same.
    const second = new Date(facts.now - (facts.now % 1_000)).toISOString();
    context.now = { __extn: { fn: "datetime", arg: second } };
  }
  if (asked.has("weekday")) {
    context.weekday = weekdays[new Date(facts.now).getUTCDay()] ?? "sun";
  }
  const address = asked.has("address") ? plainAddress(facts.address) : undefined;
  if (address !== undefined) context.address = { __extn: { fn: "ip", arg: address } };
  if (asked.has("secondFactorAgeSeconds") && facts.secondFactorAgeSeconds !== null) {
    context.secondFactorAgeSeconds = Math.max(0, Math.floor(facts.secondFactorAgeSeconds));
  }
  if (asked.has("dataClass") && facts.dataClass !== null) context.dataClass = facts.dataClass;
  return context;
}

/** An IPv4 address that came over an IPv6 socket is an IPv4 address; zones are left out. */
function plainAddress(address: string | null): string | undefined {
  const plain = address?.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return plain !== undefined && isIP(plain) !== 0 ? plain : undefined;
}

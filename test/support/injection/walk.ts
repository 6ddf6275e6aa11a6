/**
 * Sends every payload to every leaf of every route, and notes what became of it.
 *
 * Routes are asked a few at a time. Those whose answer changes what others find come after them, one
 * at a time.
 */
import { type ApiRouteName, apiRoutes, type RouteDefinition } from "@berth/protocol/api";
import { adjust, honestRequest } from "./honest-requests.ts";
import {
  createMarks,
  markPattern,
  type Payload,
  payloads,
  plainPayload,
  unstorable,
} from "./payloads.ts";
import type { Answer, InjectionStage } from "./stage.ts";
import type { Statement } from "./statement-spy.ts";
import { findLeaves, type Leaf } from "./text-leaves.ts";

/** One request. */
export interface Attempt {
  readonly route: ApiRouteName;
  readonly leaf: Leaf;
  readonly payload: string;
  readonly mark: string;
  /** What was put there. */
  readonly text: string;
  readonly isRefusedBySchema: boolean;
  readonly answer: Answer;
}

export interface Walked {
  readonly attempts: readonly Attempt[];
  /** Every leaf of the table, as `route part.field`. */
  readonly leaves: ReadonlySet<string>;
  /** Marks that came to the database as values. */
  readonly asValues: ReadonlySet<string>;
  /** Marks that stood in a statement's text, with it. */
  readonly inText: ReadonlyMap<string, string>;
}

const lanes = 4;
/** As many of the payloads can stand in any address. */
const everywhere = 4;
const oddEvery = 7;
/** So many of the payloads for each field in turn, and those that are made for its kind. */
const inTurn = 3;
const fitting: ReadonlySet<string> = new Set([
  "within the quotes of an honest value",
  "as an address",
]);
/** Their handlers do much beside asking the database: hash a password, compile, start a function anew. */
const costly: ReadonlySet<ApiRouteName> = new Set([
  ...(["signInWithPassword", "setPassword", "joinByInvitation", "stepUp"] as const),
  ...(["beginSecondFactor", "endSecondFactor", "renewBackupCodes"] as const),
  ...(["putConfig", "install", "suspendInstallation"] as const),
  ...(["checkOrganizationPolicies", "checkOperatorPolicies"] as const),
  ...(["tryOrganizationPolicies", "tryOperatorPolicies"] as const),
  ...(["testOrganizationPolicies", "testOperatorPolicies"] as const),
]);
const disturbing: readonly ApiRouteName[] = [
  ...([
    "putSingleSignOn",
    "finishSingleSignOn",
    "putConfig",
    "install",
    "suspendInstallation",
  ] as const),
  ...(["grantPermission", "revokeGrant", "saveOrganizationPolicyDraft"] as const),
  ...(["publishOrganizationPolicies", "rollBackOrganizationPolicies"] as const),
  ...(["saveOperatorPolicyDraft", "publishOperatorPolicies", "rollBackOperatorPolicies"] as const),
];

/** Looked up for each route by the same few lines, before anything else of the request is read. */
const places = new Set(["params.organization", "params.publisher"]);

export const leafName = (route: ApiRouteName, leaf: Leaf) => `${route} ${leaf.name}`;

export async function walkRoutes(stage: InjectionStage): Promise<Walked> {
  const nextMark = createMarks();
  const attempts: Attempt[] = [];
  const leaves = new Set<string>();
  const asValues = new Set<string>();
  const inText = new Map<string, string>();
  const placesTried = new Map<string, number>();
  const all = Object.keys(apiRoutes) as ApiRouteName[];

  const note = (statements: readonly Statement[]) => {
    for (const { sql, parameters } of statements) {
      for (const [mark] of sql.matchAll(markPattern)) inText.set(mark, sql);
      for (const value of parameters) for (const mark of marksIn(value)) asValues.add(mark);
    }
  };

  /** Which of the payloads a leaf gets; the same in each run, whatever the lanes do. */
  function chosen(
    route: ApiRouteName,
    leaf: Leaf,
    { access, turn }: { readonly access: string; readonly turn: number },
  ): readonly Payload[] {
    const next = (list: readonly Payload[], count: number) =>
      Array.from({ length: Math.min(count, list.length) }, (_, at) => at).flatMap(
        (at) => list[(turn + at) % list.length] ?? [],
      );
    if (places.has(leaf.name)) {
      // All of them for each way of looking one up, and for every route one.
      const way = `${access} ${leaf.name}`;
      const before = placesTried.get(way) ?? 0;
      placesTried.set(way, before + 1);
      return before === 0 ? payloads : next(payloads.slice(0, everywhere), 1);
    }
    if (costly.has(route)) return payloads.slice(0, 1);
    // Only an address's end is looked up, and few payloads have their mark there.
    if (route === "beginSingleSignOn") return payloads;
    const isOwn = ({ name }: Payload) => fitting.has(name);
    const others = payloads.filter((payload) => !isOwn(payload));
    return [...next(others, leaf.isOpen ? 1 : inTurn), ...payloads.filter(isOwn)];
  }

  async function attempt(
    route: ApiRouteName,
    definition: RouteDefinition,
    at: number,
    payload: Payload,
    isForced: boolean,
  ): Promise<boolean> {
    const { ids = {}, headers } = await stage.prepare(route);
    const mark = nextMark();
    const honest = honestRequest(route, definition.path, {
      ...stage.ids,
      fresh: `n-${mark.slice(3)}`,
      ...ids,
    });
    const leaf = findLeaves(definition, honest)[at];
    const schema = leaf && definition[leaf.part];
    if (leaf === undefined || schema === undefined) throw new TypeError(`${route} lost a leaf.`);
    const text = payload.make(mark, typeof leaf.base === "string" ? leaf.base : "");
    if (text === undefined) return false;
    const input = adjust(route, leaf.name, leaf.put(text));
    const isRefusedBySchema = !schema.safeParse(withoutUndefined(input[leaf.part])).success;
    if (isRefusedBySchema && !isForced && !places.has(leaf.name)) return false;
    const answer = await stage.send(route, definition, input, headers);
    note(stage.spy.take());
    attempts.push({
      route,
      leaf,
      payload: payload.name,
      mark,
      text,
      isRefusedBySchema,
      answer,
    });
    return true;
  }

  async function walkRoute(route: ApiRouteName): Promise<void> {
    const definition: RouteDefinition = apiRoutes[route];
    const honest = honestRequest(route, definition.path, {
      ...stage.ids,
      fresh: "fresh",
      revision: "0",
      version: "1",
    });
    for (const [at, leaf] of findLeaves(definition, honest).entries()) {
      leaves.add(leafName(route, leaf));
      let isTaken = false;
      const turn = all.indexOf(route) + at;
      for (const payload of chosen(route, leaf, { access: definition.access, turn })) {
        isTaken = (await attempt(route, definition, at, payload, false)) || isTaken;
      }
      const [first] = payloads;
      if (!isTaken) isTaken = await attempt(route, definition, at, plainPayload, false);
      // What the schema refuses is sent once, so that it is seen that the server asks the schema.
      if (!isTaken && first) await attempt(route, definition, at, first, true);
      // Refused for all fields alike, by the one reader of bodies and of addresses.
      const odd = unstorable[(turn / oddEvery) % unstorable.length];
      if (odd && isPossible(odd, leaf) && !costly.has(route)) {
        await attempt(route, definition, at, odd, true);
      }
    }
  }

  const queue = all.filter((name) => !disturbing.includes(name));
  const lane = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) await walkRoute(name);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  for (const name of disturbing) await walkRoute(name);
  await stage.started.berth.trail.flush();
  note(stage.spy.take());
  return { attempts, leaves, asValues, inText };
}

/** In an address, half a character has no form. */
const isPossible = ({ name }: Payload, { part }: Leaf) => name === "NUL" || part === "body";

const withoutUndefined = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

export function marksIn(value: unknown): readonly string[] {
  const text =
    typeof value === "string"
      ? value
      : value instanceof Uint8Array
        ? Buffer.from(value).toString("latin1")
        : (JSON.stringify(value) ?? "");
  return [...text.matchAll(markPattern)].map(([mark]) => mark);
}

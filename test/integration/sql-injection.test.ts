/**
 * SQL in every text of every route, generated from the one route table: each field of parameters,
 * queries and bodies, with each payload, beginning from an honest request (`support/injection`).
 *
 * What holds it: no mark of a payload is ever in a statement's text. And, should that be looked at in
 * the wrong place: answers, rows, tables, rights, roles and connections are as after honest texts.
 * A route that is added is walked by itself. Its fields must come to the database, be refused by its
 * schema, or stand in `unasked` below with the reason.
 *
 * It is walked on one database: the statements are the same on both. SQL in the gateway's capabilities
 * (state, secrets, logs) is in packages/server/test/storage/apart/stores.test.ts.
 */
import { type ApiRouteName, apiRoutes, type RouteDefinition } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRows, readRowTexts } from "../support/all-rows.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { readCatalog, readSessions } from "../support/injection/database-facts.ts";
import { honestRequest } from "../support/injection/honest-requests.ts";
import { findFaults, isVerbatim } from "../support/injection/judge.ts";
import { createMarks, payloads } from "../support/injection/payloads.ts";
import {
  type Answer,
  type InjectionStage,
  openInjectionStage,
} from "../support/injection/stage.ts";
import { findLeaves } from "../support/injection/text-leaves.ts";
import { leafName, marksIn, type Walked, walkRoutes } from "../support/injection/walk.ts";

/** Fields of which nothing comes to the database as it was sent, and why. */
const unasked: readonly [RegExp, string][] = [
  [/ body\.token$/, "looked up by its hash"],
  [/ body\.(password|current)$/, "hashed"],
  [/(SecondFactor|stepUp|renewBackupCodes) body\.code$/, "compared with what is expected"],
  [/^putSecret body\.value$|^putSingleSignOn body\.clientSecret$/, "sealed"],
  [
    /^(signInWithPasskey|addPasskey) body\.|^stepUp body\.response/,
    "no passkey's answer: nothing is asked for",
  ],
  [/^addWitnessedKey body\.vkey$/, "read as a key, and kept as that writes it"],
  [/^erase\w+ body\.confirm$/, "compared with the person"],
  [/^deleteApiKey params\.key$/, "found among one's own"],
  [/^createApiKey body\.publisher$/, "found among one's own"],
  [/PublisherRole params\.person$|PublisherPerson params\.person$/, "found among the publisher's"],
  [/^(change|revoke)Grant params\.grant$/, "found among the installation's"],
  [/Grant body\.reason$/, "in the log, whose bodies are sealed"],
  [/^(change|grant)\w+ body\.conditions/, "refused as no condition"],
  [/^grantPermission body\.permission\./, "found among what the manifest asks"],
  [/^install body\.consent\./, "compared with the release's own"],
  [/^install body\.secrets/, "sealed, or refused as no secret of the app"],
  [/^install body\.app$/, "refused as no app's name"],
  [/^publishRelease params\.name$/, "there is no package: refused before"],
  [/^openView body\.instance$/, "signed into the view's token"],
  [/^(check|try)\w+Policies body\.text$/, "compiled, and not kept"],
  [/^test\w+Policies body\./, "tried against compiled policies"],
  [/^(explain\w+|findWhoCan) body\.(resource|address)$/, "decided in memory"],
  [/^finishSingleSignOn query\./, "compared, or sent to the provider"],
  [/excludedAttributes$/, "compared with one name"],
  [/^patchScim\w+ body\.(schemas\[0\]|Operations\[\d\]\.path)$/, "names no attribute"],
  [/^patchScim\w+ body\.Operations\[\d\]\.value/, "an attribute that is not kept, or no object"],
];

/** Queries that bound or compare, and find nothing by a text. */
const noSearch =
  /\.(limit|before|from|to|days|format|version|startIndex|count|excludedAttributes|code|state|iss|error)$/;

/** Of a list, or of CSV without its head. */
function rowsIn({ body, text, status }: Answer): number {
  if (status >= 300) return 0;
  if (body === undefined) return text.trim().split("\n").length - 1;
  const { Resources, ...parts } = body as Readonly<Record<string, unknown>>;
  const list = Resources ?? Object.values(parts).find((value) => Array.isArray(value));
  return Array.isArray(list) ? list.length : 0;
}

/** What a pattern would take for the same. */
function patternsOf(text: string): readonly string[] {
  const at = Math.floor(text.length / 2);
  const inner = /"(.+)"/.exec(text)?.[1];
  if (inner !== undefined) return patternsOf(inner).map((each) => text.replace(inner, each));
  return [`${text.slice(0, at)}_${text.slice(at + 1)}`, `${text.slice(0, at)}%`, "%%"];
}

const routes = Object.entries<RouteDefinition>(apiRoutes) as [ApiRouteName, RouteDefinition][];

/** Tables that honest texts change too. All others have the same rows afterwards. */
const written =
  /^(account|api_key|embed_key|group_member|installation|installation_(config|grant|secret)|lock_out|managed_person|member|member_invitation|organization|organization_group|organization_role|passkey|person|person_key|policy_\w+|publisher|publisher_(key|member)|run|run_step|second_factor|scim_\w+|service_principal|session|sso_\w+|trail_\w+|email_domain|log_entry|\w*usage\w*|rate_use)$/;
/** Of these honest requests remove rows as well: what is used up, ended or taken back. */
const shrinking =
  /^(installation_grant|member_invitation|sso_flow|session|trail_(act|node)|lock_out|policy_draft)$/;

describe.each(databasesUnderTest().slice(-1))("SQL in every text on %s", (kind) => {
  let stage: InjectionStage;
  let walked: Walked;
  let other: { readonly id: string };
  let before: Awaited<ReturnType<typeof look>>;

  const look = async () => ({
    rows: await readRowTexts(stage.started),
    catalog: await readCatalog(stage.started),
    sessions: await readSessions(stage.started, other.id),
  });

  beforeAll(async () => {
    stage = await openInjectionStage(kind);
    const { identity } = stage.started.berth;
    other = (await identity.findOrganization("globex")) ?? { id: "" };
    before = await look();
    walked = await walkRoutes(stage);
  }, 300_000);
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it("is a value, and never part of a statement", () => {
    const found = walked.attempts
      .filter(({ mark }) => walked.inText.has(mark))
      .map(({ route, leaf, mark }) => `${leafName(route, leaf)}: ${walked.inText.get(mark)}`);
    expect(found).toEqual([]);
    expect([...walked.inText.keys()]).toEqual([]);
    // The spy sees: most of what was sent came to the database.
    expect(walked.asValues.size).toBeGreaterThan(walked.attempts.length / 4);
  });

  it("comes from every field of every route as far as to the database, or is refused by the schema", () => {
    const idle = new Set(walked.leaves);
    for (const { route, leaf, mark, isRefusedBySchema } of walked.attempts) {
      if (isRefusedBySchema || walked.asValues.has(mark)) idle.delete(leafName(route, leaf));
    }
    const unexplained = [...idle].filter(
      (name) => !unasked.some(([pattern]) => pattern.test(name)),
    );
    const told = unexplained.map((name) => {
      const of = walked.attempts.filter(({ route, leaf }) => leafName(route, leaf) === name);
      return `${name} (${[...new Set(of.map(({ answer }) => answer.text.slice(0, 160)))].join(" | ")})`;
    });
    expect(
      told,
      "give the route an honest request in support/injection/honest-requests.ts, or a reason in `unasked`",
    ).toEqual([]);
    const needless = unasked.filter(([pattern]) => ![...idle].some((name) => pattern.test(name)));
    expect(needless.map(([pattern]) => String(pattern))).toEqual([]);
  });

  it("is answered by a typed error or taken as it is, and tells nothing of the database", () => {
    const tables = Object.keys(before.rows);
    const faults = walked.attempts.flatMap((attempt) =>
      findFaults(attempt, tables).map(
        (fault) => `${leafName(attempt.route, attempt.leaf)}, ${attempt.payload}: ${fault}`,
      ),
    );
    expect(faults).toEqual([]);
  });

  it("leaves tables, rights, roles, settings and connections, and other organizations' rows", async () => {
    const after = await look();
    expect(after.catalog).toEqual(before.catalog);
    expect(after.sessions).toEqual(before.sessions);
    const rowsOf = (text = "") => text.split("\n").filter((row) => row !== "");
    for (const [table, text] of Object.entries(after.rows)) {
      const was = before.rows[table];
      if (!written.test(table)) expect(text, table).toBe(was);
      if (!shrinking.test(table)) {
        expect(rowsOf(text).length, table).toBeGreaterThanOrEqual(rowsOf(was).length);
      }
      const theirs = (each: string) => rowsOf(each).filter((row) => row.includes(other.id));
      expect(theirs(text), table).toEqual(theirs(was ?? ""));
    }
  });

  it("is kept letter by letter where it is kept", async () => {
    const sent = new Map(walked.attempts.map(({ mark, text }) => [mark, text]));
    const wrong: string[] = [];
    let kept = 0;
    const check = (table: string, value: unknown) => {
      // The log's entries are kept as JSON text.
      const inner = typeof value === "string" && value.startsWith('{"') ? parseJson(value) : value;
      if (inner !== value) check(table, inner);
      else if (typeof value === "string") {
        for (const mark of marksIn(value)) {
          kept += 1;
          if (!isVerbatim(value, sent.get(mark) ?? "?"))
            wrong.push(`${table}: ${value.slice(0, 200)}`);
        }
      } else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
        for (const [key, part] of Object.entries(value)) {
          check(table, key);
          check(table, part);
        }
      }
    };
    for (const [table, rows] of Object.entries(await readRows(stage.started))) {
      for (const row of rows) for (const value of Object.values(row)) check(table, value);
    }
    expect(wrong).toEqual([]);
    expect(kept).toBeGreaterThan(100);
  });

  it("finds no more than an honest question does: a pattern's signs stand for themselves", async () => {
    let searches = 0;
    for (const [route, definition] of routes) {
      const honest = honestRequest(route, definition.path, stage.ids);
      for (const leaf of findLeaves(definition, honest)) {
        if (leaf.part !== "query" || typeof leaf.base !== "string" || noSearch.test(leaf.name))
          continue;
        searches += 1;
        const name = leaf.name.slice("query.".length);
        const { format } = honest.query as Readonly<Record<string, string>>;
        const ask = async (value: string) => {
          const query = { ...(format === undefined ? {} : { format }), [name]: value };
          return rowsIn(await stage.send(route, definition, { ...honest, query }));
        };
        expect(
          await ask(leaf.base),
          `${route} ${name}: the honest search finds nothing`,
        ).toBeGreaterThan(0);
        for (const pattern of patternsOf(leaf.base)) {
          expect(await ask(pattern), `${route} ${name}=${pattern}`).toBe(0);
        }
        const more = walked.attempts
          .filter((each) => each.route === route && each.leaf.name === leaf.name)
          .filter(({ answer }) => answer.status < 300 && rowsIn(answer) > 0);
        expect(more.map(({ text }) => text)).toEqual([]);
      }
    }
    expect(searches).toBeGreaterThan(15);
  });

  it("is a value in headers, too", async () => {
    const sessionCookie = stage.caller.cookie.split("=", 1)[0];
    const ofHeader: Readonly<
      Record<string, (text: string) => [ApiRouteName, Readonly<Record<string, string>>]>
    > = {
      key: (text) => ["getSession", { cookie: "", authorization: `Bearer berth_${text}` }],
      "x-api-key": (text) => ["getSession", { cookie: "", "x-api-key": text }],
      directory: (text) => ["listScimUsers", { authorization: `Bearer bsc_${text}` }],
      cookie: (text) => ["getSession", { cookie: `${sessionCookie}=${encodeURIComponent(text)}` }],
      "bare cookie": (text) => ["getSession", { cookie: `${sessionCookie}=${text}` }],
      device: (text) => ["signInWithPassword", { "user-agent": text }],
      address: (text) => ["signInWithPassword", { "x-forwarded-for": text }],
      language: (text) => ["openView", { "accept-language": text }],
      position: (text) => ["followRun", { "last-event-id": text }],
      signature: (text) => ["publishRelease", { "berth-signature": text }],
    };
    const nextMark = createMarks("zqh");
    for (const [header, make] of Object.entries(ofHeader)) {
      for (const payload of payloads.slice(0, 3)) {
        const text = payload.make(nextMark(), "") ?? "";
        const [route, headers] = make(text);
        const definition: RouteDefinition = apiRoutes[route];
        const honest = honestRequest(route, definition.path, stage.ids);
        const answer = await stage.send(route, definition, honest, headers);
        const { code } = (answer.body ?? {}) as { readonly code?: string };
        if (answer.status >= 300) expect(code, `${header}: ${answer.text}`).toMatch(/^[A-Z_]+$/);
        expect(answer.status, header).toBeLessThan(500);
        const isProof = ["key", "x-api-key", "directory", "cookie", "bare cookie"].includes(header);
        if (isProof) expect(answer.status, `${header}: ${answer.text}`).toBe(401);
      }
    }
    const statements = stage.spy.take().map(({ sql }) => sql);
    expect(statements.filter((each) => each.includes("zqh"))).toEqual([]);
  });

  it("brings no field that a route does not name, and no prototype", async () => {
    const mark = "zqm1x";
    const extra = JSON.stringify({
      ...{
        id: mark,
        person_id: mark,
        personId: mark,
        userId: mark,
        ownerId: mark,
        inviterId: mark,
      },
      ...{ organization_id: mark, organizationId: mark, publisher_id: mark, installation_id: mark },
      ...{ role_from: mark, token_hash: mark, sealed: mark, wrapped_key: mark, created_by: mark },
      ...{ operatorRole: "admin", is_by_operator: true, emailVerified: true, isOperator: true },
      ...{ constructor: { prototype: { zqm1x: mark } }, prototype: { zqm1x: mark } },
    });
    // As JSON text: an object's own `__proto__` is what a parser makes of it.
    const poison = `{"__proto__":{"zqm1x":"${mark}","role":"owner"},${extra.slice(1)}`;
    for (const [route, definition] of routes) {
      if (definition.body === undefined) continue;
      const { ids = {}, headers } = await stage.prepare(route);
      const all = { ...stage.ids, fresh: `m-${route.toLowerCase()}`, revision: "0", ...ids };
      const honest = honestRequest(route, definition.path, { version: "1", ...all });
      const body = poisoned(honest.body ?? {}, poison);
      const answer = await stage.send(route, definition, { ...honest, body }, headers);
      expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(500);
    }
    expect(({} as Readonly<Record<string, unknown>>)[mark]).toBeUndefined();
    await stage.started.berth.trail.flush();
    const rows = Object.entries(await readRowTexts(stage.started));
    expect(rows.filter(([, text]) => text.includes(mark)).map(([table]) => table)).toEqual([]);
    const adminsIn = (text = "") => text.split("\n").filter((row) => row.includes('"admin"'));
    const operators = rows.find(([table]) => table === "operator")?.[1];
    expect(adminsIn(operators)).toEqual(adminsIn(before.rows.operator));
  });
});

/** Fields whose value is an object of the route's own, and no record of the caller's. */
const nested = new Set(["consent", "scope", "permission", "publicKey", "name", "person"]);

/** A body with more in it. What a parser makes of `__proto__` is a field like any other. */
function poisoned(value: unknown, poison: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const own = Object.entries(value).map(([key, part]) => [
    key,
    nested.has(key) ? poisoned(part, poison) : part,
  ]);
  return { ...(JSON.parse(poison) as object), ...Object.fromEntries(own) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A payload that begins as JSON does.
    return text;
  }
}

/** The questions of admins through the HTTP API, answered by the policy that decides. */

import type { DecisionView, ReachView, WhoCanView } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDataClass } from "../../src/gateway/find-data-class.ts";
import { createSubjects } from "../../src/identity/subjects.ts";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { type OpenedPolicies, openPolicies } from "../../src/policy/open-policies.ts";
import { createPolicy, type Policy } from "../../src/policy/policy.ts";
import { createQuestions } from "../../src/policy/questions.ts";
import { policyHandlers } from "../../src/policy/routes.ts";
import { createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { createLive, questionOf, read } from "./support/policy-questions.ts";

const [kind = "pglite"] = databasesUnderTest();
let services: TestServices;
let policies: OpenedPolicies;
let policy: Policy;
let live: LiveInstallation;
let memberId = "";
const keys = new Map<string, string>();

async function call(who: string, method: string, path: string, body?: object) {
  const api = createTestApi(services, { handlers: handlers() });
  const answer = await api.fetch(
    new Request(`http://localhost:4600/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${keys.get(who)}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

function handlers() {
  const { identity, database, clock } = services;
  const { forbids, publications, checker, traffic } = policies;
  const subjects = createSubjects(database);
  const directory = { load: async (id: string) => (id === live.id ? live : undefined) };
  const slugOf = async (id: string) => (await identity.findOrganization(id))?.slug;
  return policyHandlers({
    ...{ publications, checker, forbids, clock, people: identity },
    questions: createQuestions({
      ...{ directory, policy, forbids, subjects, clock },
      dataClassOf: findDataClass,
    }),
    trial: { checker, traffic, subjects, clock, slugOf },
  });
}

beforeAll(async () => {
  services = await openTestServices(kind);
  const { database, identity, ground } = services;
  policies = await openPolicies({ database, ground, trail: services.trail });
  policy = createPolicy({
    metering: { meter: () => ({ deniedCalls: 0 }) as never },
    insight: { write: () => undefined },
    clock: services.clock,
    forbids: policies.forbids,
  });
  const person = async (name: string, operatorRole?: "admin" | "support") => {
    const made = await identity.createPerson({
      ...{ name, email: `${name}@example.com` },
      ...(operatorRole === undefined ? {} : { operatorRole }),
    });
    const key = await identity.createApiKey({ personId: made.id, name: "test" });
    keys.set(name, key.secret);
    return made;
  };
  const owner = await person("olga", "admin");
  const acme = await identity.createOrganization({ slug: "acme", name: "Acme", ownerId: owner.id });
  for (const role of ["auditor", "member"]) {
    const { id: personId } = await person(role);
    if (role === "member") memberId = personId;
    await identity.addMember({ organizationId: acme.id, personId, role });
  }
  await person("stranger", "support");
  live = createLive({
    organizationId: acme.id,
    organizationSlug: "acme",
    grants: [
      { id: "g1", type: "api", resource: "/api/orders/*", actions: ["read", "write"] },
      {
        ...{ id: "g2", type: "network", resource: "*.example.com", actions: ["connect"] },
        conditions: { roles: ["owner"], maxConsentAgeDays: 30 },
        grantedAt: services.clock.now(),
      },
    ] as never,
  });
});
afterAll(async () => {
  await policies?.[Symbol.asyncDispose]();
  await services?.[Symbol.asyncDispose]();
});

const own = "/organizations/acme";
const ask = { installation: "i0000000000000000000000001a", access: "api:write" };
const text = `@id("members-read") @reason("Members only look")
forbid (principal in Role::"member", action == Action::"api:write", resource);
@id("no-data") forbid (principal, action in Action::"data", resource);
@id("no-acme-net") forbid (principal, action, resource in App::"tools/orders")
when { context has address && context.address.isInRange(ip("192.0.2.0/24")) };`;

describe("the routes of policies", () => {
  it("are for who may: an auditor reads, a member does not, an admin of the host has their own", async () => {
    expect((await call("auditor", "GET", `${own}/policies`)).body).toEqual({
      ...{ current: null, draft: null, versions: [] },
    });
    expect(await call("member", "GET", `${own}/policies`)).toMatchObject({ status: 403 });
    const draft = { text, revision: 0 };
    expect(await call("auditor", "PUT", `${own}/policies/draft`, draft)).toMatchObject({
      status: 403,
    });
    expect(await call("stranger", "GET", `${own}/policies`)).toMatchObject({ status: 404 });
    expect(await call("stranger", "GET", "/policies")).toMatchObject({ status: 403 });
    expect(await call("auditor", "GET", "/policies")).toMatchObject({ status: 403 });
    expect(await call("olga", "GET", "/policies")).toMatchObject({ status: 200 });
  });

  it("write, check, publish, test and roll back", async () => {
    const checked = await call("auditor", "POST", `${own}/policies/check`, { text: "forbid" });
    expect(checked.body.problems).toMatchObject([{ line: 1, column: 7, severity: "error" }]);
    const saved = await call("olga", "PUT", `${own}/policies/draft`, { text, revision: 0 });
    const seen = { revision: saved.body.revision, version: 0, note: "first" };
    const published = await call("olga", "POST", `${own}/policies/publish`, seen);
    expect(published.body).toMatchObject({ version: 1, by: "olga", note: "first", text });
    const cases = [
      { app: "tools/orders", access: "data:read", resource: "x", expect: "deny", by: "no-data" },
      { app: "tools/orders", access: "api:read", resource: "/a", expect: "deny" },
    ];
    expect((await call("auditor", "POST", `${own}/policies/test`, { cases })).body).toMatchObject({
      ...{ passed: 1, failed: 1 },
      results: [{ isPassed: true }, { isPassed: false, got: "allow" }],
    });
    const foreign = [{ ...cases[0], organization: "other" }];
    expect(await call("auditor", "POST", `${own}/policies/test`, { cases: foreign })).toMatchObject(
      { status: 400 },
    );
    expect(await call("olga", "POST", "/policies/test", { cases: foreign })).toMatchObject({
      body: { failed: 1 },
    });
  });
});

describe("why", () => {
  const explain = async (asked: object) =>
    (await call("auditor", "POST", `${own}/decisions/explain`, asked)).body as DecisionView;

  it("tells the whole chain, by the same function that decides", async () => {
    const asked = { ...ask, resource: "/api/orders/7" };
    const itself = await explain(asked);
    expect(itself).toMatchObject({
      ...{ isAllowed: true, decidedBy: "grant", by: "g1", person: null, app: "tools/orders" },
      lease: { isHeld: true },
      state: { state: "running", mayAct: true },
      grants: [
        { id: "g1", covers: true, conditions: [] },
        { id: "g2", covers: false },
      ],
    });
    expect(itself.policies.map(({ policy: id, outcome }) => [id, outcome])).toEqual([
      ["members-read", "out-of-scope"],
      ["no-data", "other-action"],
      ["no-acme-net", "holds-not"],
    ]);
    const member = await explain({ ...asked, person: "member@example.com" });
    expect(member).toMatchObject({
      ...{ isAllowed: false, decidedBy: "policy", by: "members-read" },
      message: expect.stringContaining("Members only look"),
      person: { name: "member", roles: ["member"] },
    });
    const subject = { roles: ["member"], personId: member.person?.id ?? "" };
    const access = { ...read, action: "write" } as const;
    expect(() => policy.demand(questionOf(live, subject), access)).toThrow("members-read");
  });

  it("tells each condition's outcome, and what is missing", async () => {
    const network = { ...ask, access: "network:connect", resource: "api.example.com" };
    const member = await explain({ ...network, person: "member@example.com" });
    expect(member).toMatchObject({ isAllowed: false, decidedBy: "condition", by: "roles" });
    expect(member.grants[1]).toMatchObject({
      covers: true,
      conditions: [
        { name: "roles", holds: false },
        { name: "maxConsentAgeDays", holds: true },
      ],
    });
    const later = new Date(services.clock.now() + 40 * 86_400_000).toISOString();
    const owner = await explain({ ...network, person: "olga@example.com", at: later });
    expect(owner).toMatchObject({ by: "maxConsentAgeDays", at: later });
    const near = { ...network, person: "olga@example.com", address: "192.0.2.9" };
    expect(await explain(near)).toMatchObject({ decidedBy: "policy", by: "no-acme-net" });
    expect(await explain({ ...ask, resource: "/other" })).toMatchObject({ decidedBy: "grants" });
    const nobody = { ...network, person: "stranger@example.com" };
    expect(await explain(nobody)).toMatchObject({ code: "REQUEST_INVALID" });
    const elsewhere = { ...network, installation: "i0000000000000000000000009z" };
    expect(await explain(elsewhere)).toMatchObject({ code: "INSTALLATION_NOT_FOUND" });
  });
});

it("why, and who can, for conditions of groups and of data classes, as a call is decided", async () => {
  const before = live;
  const { database, clock } = services;
  const at = new Date(clock.now());
  const member = { organization_id: before.organizationId, person_id: memberId };
  await database.kysely
    .insertInto("organization_group")
    .values({
      ...{ id: "grp_1", organization_id: before.organizationId, name: "night", source: "hand" },
      ...{ external_id: null, created_at: at, updated_at: at },
    })
    .execute();
  await database.kysely
    .insertInto("group_member")
    .values({ group_id: "grp_1", ...member })
    .execute();
  live = createLive({
    ...{ organizationId: before.organizationId, organizationSlug: "acme" },
    grants: [
      { ...before.grants[0], id: "g1", conditions: { groups: ["night"] } },
      {
        ...{ id: "g3", type: "data", resource: "state/*", actions: ["read"] },
        conditions: { maxDataClass: "internal" },
      },
    ] as never,
  });
  const asked = { ...ask, access: "api:read", resource: "/api/orders/7" };
  const explained = async (more: object) =>
    (await call("auditor", "POST", `${own}/decisions/explain`, { ...asked, ...more })).body;
  expect(await explained({ person: "member@example.com" })).toMatchObject({
    ...{ decidedBy: "grant", by: "g1" },
    person: { groups: ["grp_1", "night"] },
  });
  expect(await explained({ person: "olga@example.com" })).toMatchObject({ by: "groups" });
  const { people } = (await call("auditor", "POST", `${own}/decisions/who-can`, asked)).body;
  const deciding = (people as WhoCanView["people"]).map(({ person, by }) => [person.name, by]);
  expect(deciding).toEqual([
    ["auditor", "groups"],
    ["member", "g1"],
    ["olga", "groups"],
  ]);
  const state = { access: "data:read", resource: "state/notes/1" };
  // What it holds is "internal", as the capability says: the grant's condition lets it pass.
  expect(await explained(state)).toMatchObject({ decidedBy: "policy", by: "no-data" });
  expect(await explained({ ...state, access: "api:read" })).toMatchObject({ decidedBy: "grants" });
  live = before;
});

it("who can: every person of the organization, and the app as itself", async () => {
  const asked = { ...ask, resource: "/api/orders/7" };
  const { body } = await call("auditor", "POST", `${own}/decisions/who-can`, asked);
  const { people, itself, isCut } = body as WhoCanView;
  expect(people.map(({ person, isAllowed, by }) => [person.name, isAllowed, by])).toEqual([
    ["auditor", true, "g1"],
    ["member", false, "members-read"],
    ["olga", true, "g1"],
  ]);
  expect({ itself, isCut }).toEqual({
    itself: { isAllowed: true, decidedBy: "grant", by: "g1" },
    isCut: false,
  });
});

it("what it can reach: its grants, with what stands in the way", async () => {
  const reach = async () =>
    (await call("auditor", "GET", `${own}/decisions/reach/${live.id}`)).body as ReachView;
  expect((await reach()).reaches.map((each) => [each.access, each.outcome])).toEqual([
    ["api:read", "restricted"],
    ["api:write", "restricted"],
    ["network:connect", "restricted"],
  ]);
  const ofWrite = (await reach()).reaches[1]?.policies.map(({ policy: id }) => id);
  expect(ofWrite).toEqual(["members-read", "no-acme-net"]);
  const all = `@id("never") forbid (principal, action == Action::"api:read", resource);`;
  const other = `@id("elsewhere") forbid (principal, action, resource in App::"tools/notes");`;
  policies.forbids.publish(live.organizationId, `${all}\n${other}`);
  expect((await reach()).reaches.map((each) => [each.access, each.outcome])).toEqual([
    ["api:read", "forbidden"],
    ["api:write", "free"],
    ["network:connect", "restricted"],
  ]);
});

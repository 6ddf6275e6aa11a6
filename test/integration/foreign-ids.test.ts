/**
 * Ids of another organization in every parameter of every route, unknown fields in bodies, and what
 * ends when a member goes: over a whole Berth, so that every route is there. Last, people by the
 * command line.
 */
import { type BerthClient, createClient } from "@berth/client";
import { type ApiRouteName, apiPrefix, apiRoutes, type RouteDefinition } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRowTexts } from "../support/all-rows.ts";
import { berthCommand } from "../support/berth-command.ts";
import { makeOneOfEach } from "../support/one-of-each.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";

const server = `export default { fetch(request) {
  return new Response("ok");
} };`;
const routes = Object.entries<RouteDefinition>(apiRoutes) as [ApiRouteName, RouteDefinition][];

/** Parameters that name nothing of anybody's. */
const plain: Readonly<Record<string, string>> = { version: "1.0.0", name: "app", secret: "TOKEN" };

/** A body that its route takes, for those that have one beside a parameter of somebody's. */
const bodies: Partial<Record<ApiRouteName, unknown>> = {
  suspendInstallation: {},
  putConfig: { config: {} },
  putSecret: { value: "v" },
  openView: {},
  changeMemberRole: { role: "member" },
  changeRole: { name: "Mine now", permissions: [] },
  changePublisherRole: { role: "owner" },
  renameGroup: { name: "Mine now" },
  addGroupMember: { member: "owner@globex.example" },
  grantPermission: { permission: { type: "api", resource: "*", actions: ["read"] } },
  changeGrant: {},
  revokeGrant: { reason: "because" },
  renamePasskey: { name: "Mine now" },
  updateOrganizationService: { isDisabled: true },
  updatePublisherService: { isDisabled: true },
  createOrganizationServiceKey: {},
  createPublisherServiceKey: {},
};

/** Where the answer is no `…_NOT_FOUND`. */
const answers: Partial<Record<ApiRouteName, string>> = {
  deleteApiKey: "AUTH_FORBIDDEN",
  // These ask for a session; keys-and-sessions.test.ts and passkeys.test.ts try foreign ids in one.
  endOneSession: "AUTH_FORBIDDEN",
  renamePasskey: "AUTH_FORBIDDEN",
  deletePasskey: "AUTH_FORBIDDEN",
  createOrganizationServiceKey: "AUTH_FORBIDDEN",
  createPublisherServiceKey: "AUTH_FORBIDDEN",
  revokePublisherKey: "SIGNATURE_KEY_UNKNOWN",
  resendInvitation: "INVITATION_INVALID",
  revokeInvitation: "INVITATION_INVALID",
  getAuditEntry: "AUDIT_RANGE_INVALID",
  deleteProvisioningToken: "REQUEST_INVALID",
  forgetSingleSignOnIdentity: "REQUEST_INVALID",
  deleteEmailDomain: "REQUEST_INVALID",
  proveEmailDomain: "REQUEST_INVALID",
};

/** They move by themselves: counters, logs, and when a key was used last. */
const restless = /usage|log_entry|^api_key$|^kysely_|^pgboss|lease|^trail_|^policy_node$/;

describe("whatever ids are sent", () => {
  let berth: StartedBerth;
  /** The owner of an organization and a publisher of their own. */
  let attackerKey: string;
  let attacker: BerthClient;
  /** By the parameter's name: what is acme's. */
  let foreign: Readonly<Record<string, string>>;

  beforeAll(async () => {
    berth = await startBerth({ apps: [{ server }] });
    const { identity } = berth.berth;
    attacker = await berth.addOrganization("globex");
    const person = await identity.findPerson("owner@globex.example");
    const key = await identity.createApiKey({ personId: person?.id ?? "", name: "mine" });
    attackerKey = key.secret;
    await attacker.call("createPublisher", { body: { name: "evil", displayName: "Evil" } });
    foreign = await makeOneOfEach(berth);
    for (const [name, id] of Object.entries(foreign)) expect(id, name).not.toBe("");
  }, 60_000);
  afterAll(() => berth?.[Symbol.asyncDispose]());

  const readAll = () => readRowTexts(berth, (table) => !restless.test(table));

  const namesOf = ({ path }: RouteDefinition) =>
    [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");

  async function ask(
    [name, definition]: [ApiRouteName, RouteDefinition],
    values: Readonly<Record<string, string>>,
  ) {
    const own = { organization: "globex", publisher: "evil" };
    const all: Readonly<Record<string, string>> = { ...plain, ...own, ...values };
    const path = definition.path.replaceAll(/\{(\w+)\}/g, (_, each: string) => all[each] ?? each);
    const body = bodies[name];
    const response = await fetch(`http://127.0.0.1:${berth.berth.port}${apiPrefix}${path}`, {
      method: definition.method.toUpperCase(),
      headers: { authorization: `Bearer ${attackerKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { code: string; message: string };
    const said = Object.values(values).reduce(
      (text, id) => text.replaceAll(id, "?"),
      `${answer.code} ${answer.message}`,
    );
    return { code: answer.code, said };
  }

  const targets = routes.filter(
    ([, definition]) =>
      definition.access !== "public" &&
      definition.access !== "operator" &&
      // A key reaches nothing of a directory's; scim.test.ts tries foreign ids with its tokens.
      definition.access !== "scim" &&
      namesOf(definition).some((name) => !["organization", "publisher"].includes(name)) &&
      !definition.path.startsWith("/apps/"),
  );

  it("those of others are answered as those of nobody, and nothing is changed", async () => {
    const before = await readAll();
    for (const [name, definition] of targets) {
      const parameters = namesOf(definition).filter(
        (each) => !(each in plain) && !["organization", "publisher"].includes(each),
      );
      for (const parameter of parameters) {
        expect(
          foreign[parameter],
          `${name}: test/integration/foreign-ids.test.ts must say in \`foreign\` what another organization's {${parameter}} is`,
        ).toBeDefined();
      }
      if (parameters.length === 0) continue;
      const theirs = Object.fromEntries(parameters.map((each) => [each, foreign[each] ?? ""]));
      // Of the same form, and nobody's.
      const guessed = Object.fromEntries(
        Object.entries(theirs).map(([each, id]) => [
          each,
          each === "index" ? "987654" : id.slice(0, -4) + turned(id.slice(-4)),
        ]),
      );
      const answer = await ask([name, definition], theirs);
      const expected = answers[name];
      expect(
        answer.code,
        `${name}: ${answer.said}; a route with a body needs one in \`bodies\``,
      ).toMatch(expected === undefined ? /_NOT_FOUND$/ : new RegExp(`^${expected}$`));
      expect(answer.said, name).not.toMatch(/\bbody\b/);
      expect((await ask([name, definition], guessed)).said, name).toBe(answer.said);
    }
    expect(await readAll()).toEqual(before);
  });

  it("fields that a route does not name are nowhere afterwards", async () => {
    const { identity } = berth.berth;
    const operator = await identity.createPerson({
      ...{ name: "Op", email: "op@example.com", operatorRole: "admin" },
    });
    const { secret } = await identity.createApiKey({ personId: operator.id, name: "op" });
    const mark = "mass-assigned-7f31";
    const acme = await identity.findOrganization("acme");
    const extra = {
      ...{
        id: mark,
        personId: mark,
        person_id: mark,
        userId: mark,
        inviterId: mark,
        invited_by: mark,
      },
      ...{ organizationId: acme?.id, organization_id: acme?.id, publisher_id: mark, slugs: mark },
      ...{ isOperator: true, operatorRole: "admin", is_by_operator: true, isBuiltIn: true },
      ...{ emailVerified: true, roleFrom: mark, token_hash: mark, token: mark, created_at: mark },
      ...{ __proto__: { role: mark }, constructor: { name: mark } },
    };
    const send = async (method: string, path: string, body: object, key = attackerKey) => {
      const response = await fetch(`http://127.0.0.1:${berth.berth.port}${apiPrefix}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ ...extra, ...body }),
      });
      expect(response.status, `${method} ${path} ${await response.clone().text()}`).toBeLessThan(
        300,
      );
      return (await response.json()) as { readonly id: string; readonly link: string };
    };
    const before = await readAll();
    const globex = "/organizations/globex";
    const role = await send("POST", `${globex}/roles`, { name: "R", permissions: ["apps.use"] });
    await send("PUT", `${globex}/roles/${role.id}`, { name: "S", permissions: ["apps.use"] });
    const invited = { email: "new@globex.example", role: role.id };
    const { id, link } = await send("POST", `${globex}/invitations`, invited);
    expect(id).not.toBe(mark);
    const token = link.split("#token=")[1] ?? "";
    const joining = { token, name: "New", password: "correct horse battery" };
    await send("POST", "/invitations/join", joining);
    const params = { organization: "globex" };
    const { members } = await attacker.call("listMembers", { params });
    const joined = members.find(({ person }) => person.email === "new@globex.example");
    expect(joined?.role).toBe(role.id);
    await send("PUT", `${globex}/members/${joined?.id}/role`, { role: "member" });
    await send("POST", "/publishers", { name: "evil-two", displayName: "E" });
    // Nobody has proven that address, so it names nobody; the account is named by its id.
    const body = { email: joined?.person.id, role: "developer" };
    await send("POST", "/publishers/evil/people", body);
    const made = { slug: "third", name: "Third", owner: "new@globex.example" };
    await send("POST", "/organizations", made, secret);
    const after = await readAll();
    for (const [table, text] of Object.entries(after)) expect(text, table).not.toContain(mark);
    expect(after.operator).toBe(before.operator);
    const rowsOf = (text = "") => text.split("\n").filter((row) => row.includes(acme?.id ?? "?"));
    for (const table of ["member", "member_invitation", "organization_role", "organization"]) {
      expect(rowsOf(after[table]), table).toEqual(rowsOf(before[table]));
    }
  });

  it("what a member had open ends with their membership, and with what their role gave", async () => {
    const { identity } = berth.berth;
    const { admin, installation } = berth;
    const organization = "acme";
    const acme = await identity.findOrganization(organization);
    const { id: personId } = await identity.createPerson({ name: "Mo", email: "mo@example.com" });
    const join = () =>
      identity.addMember({ organizationId: acme?.id ?? "", personId, role: "admin" });
    await join();
    const { secret } = await identity.createApiKey({ personId, name: "mo" });
    const mo = createClient({ baseUrl: `http://127.0.0.1:${berth.berth.port}`, apiKey: secret });
    const call = async (token: string) =>
      (await berth.callFunction(installation, "/", { token })).status;
    const first = await berth.viewToken(installation, mo);
    expect(await call(first)).toBe(200);

    const followed = await fetch(
      `http://127.0.0.1:${berth.berth.port}${apiPrefix}/organizations/acme/installations/${installation}/logs/stream`,
      { headers: { authorization: `Bearer ${secret}` } },
    );
    expect(followed.status).toBe(200);
    const stream = followed.text();
    const { members } = await admin.call("listMembers", { params: { organization } });
    const member = members.find(({ person }) => person.id === personId)?.id ?? "";
    await admin.call("removeMember", { params: { organization, member } });
    expect(await call(first)).toBe(401);
    expect(await stream).toMatch(/event: error\ndata: .*ORGANIZATION_NOT_FOUND/);

    await join();
    expect(await call(first)).toBe(401);
    const second = await berth.viewToken(installation, mo);
    expect(await call(second)).toBe(200);
    const { id: role } = await admin.call("createRole", {
      params: { organization },
      body: { name: "Onlookers", permissions: ["organization.read", "apps.use"] },
    });
    const again = (await admin.call("listMembers", { params: { organization } })).members;
    const target = again.find(({ person }) => person.id === personId)?.id ?? "";
    await admin.call("changeMemberRole", {
      ...{ params: { organization, member: target }, body: { role } },
    });
    expect(await call(second)).toBe(401);
    const third = await berth.viewToken(installation, mo);
    expect(await call(third)).toBe(200);
    await admin.call("changeRole", {
      ...{ params: { organization, role }, body: { name: "Onlookers", permissions: [] } },
    });
    expect(await call(third)).toBe(401);
    await expect(berth.viewToken(installation, mo)).rejects.toMatchObject({
      code: "AUTH_FORBIDDEN",
    });
  });
  it("people and roles are looked after by the command line as well", async () => {
    const { identity, origin } = berth.berth;
    const { secret } = await identity.createApiKey({ personId: berth.adminId, name: "cli" });
    const place = {
      ...{ cwd: berth.folder, configFolder: berth.folder },
      env: { BERTH_URL: origin.replace("localhost", "127.0.0.1"), BERTH_API_KEY: secret },
    };
    const run = (...argv: string[]) => berthCommand([...argv, "--json"], place);
    const may = ["--may", "organization.read", "--may", "apps.operate"];
    const role = await run("roles", "create", "On call", ...may);
    expect(role.json()).toMatchObject({
      ...{ name: "On call", permissions: may.filter((_, at) => at % 2) },
    });
    const sent = await run(
      "members",
      "invite",
      "cleo@acme.example",
      "--role",
      "on call",
      "--days",
      "1",
    );
    const { link } = sent.json<{ link: string }>();
    const token = link.split("#token=")[1] ?? "";
    const joining = { token, name: "Cleo", password: "correct horse battery" };
    await attacker.call("joinByInvitation", { body: joining });
    expect((await run("members", "role", "cleo@acme.example", "member")).code).toBe(0);
    const [removed, deleted] = await Promise.all([
      run("members", "remove", "cleo@acme.example", "--yes"),
      run("roles", "delete", "On call", "--yes"),
    ]);
    expect([removed.code, deleted.code], removed.stderr + deleted.stderr).toEqual([0, 0]);
    expect(await identity.findMembership("acme", "cleo@acme.example")).toBeUndefined();
  });
});

/** Other characters of the same kinds. */
function turned(text: string): string {
  return text.replaceAll(/[0-9a-zA-Z]/g, (each) =>
    each === "0" ? "1" : each === "a" ? "b" : /\d/.test(each) ? "0" : "a",
  );
}

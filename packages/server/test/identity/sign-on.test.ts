/** Single sign-on of an organization, through the whole API, by a real OpenID provider. */
import type { BerthClient } from "@berth/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestProvider, type TestProvider } from "../../../../test/support/sign-on/provider.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import {
  createSignOnStage,
  redirectUriOf,
  type SignOnStage,
  settings,
  type TestBrowser,
} from "../support/sign-on.ts";

const accounts = {
  grace: {
    ...{ name: "Grace Hopper", email: "grace@acme.example", email_verified: true },
    groups: ["Engineers", "Admins"],
  },
  bob: { name: "Bob", email: "bob@acme.example", email_verified: true, groups: ["Engineers"] },
  eve: { name: "Eve", email: "ada@acme.example", email_verified: false },
  ada: { name: "Ada", email: "ada@acme.example", email_verified: true },
  "other-ada": { name: "Ada", email: "ada@acme.example", email_verified: true },
  twin: { name: "Twin", email: "twin@acme.example", email_verified: true },
  boss: { name: "Boss", email: "boss@acme.example", email_verified: true },
  puppet: { name: "Puppet" },
  mallory: { name: "Mallory", email: "root@elsewhere.example", email_verified: true },
};

for (const kind of databasesUnderTest()) {
  describe(`single sign-on on ${kind}`, () => {
    let services: TestServices;
    let stage: SignOnStage;
    let provider: TestProvider;
    let owner: { readonly personId: string; readonly client: BerthClient };
    const ended: string[] = [];
    const params = { organization: "acme" };
    const secretSettings = (more: Partial<Parameters<typeof settings>[0]> = {}) =>
      settings({
        ...{ issuer: provider.issuer, clientId: provider.clientId },
        ...{
          clientSecret: provider.clientSecret,
          scopes: ["openid", "email", "profile", "groups"],
        },
        ...more,
      });
    const put = (more: Partial<Parameters<typeof settings>[0]> = {}, client = owner.client) =>
      client.call("putSingleSignOn", { params, body: secretSettings(more) });
    /** @returns the browser, signed in, and where it landed */
    async function signIn(login: string, body: object = { organization: "acme" }) {
      const browser = stage.browser();
      const callback = await provider.signIn(await browser.begin(body), login);
      return { browser, callback, landed: await browser.finish(callback) };
    }
    const sessionOf = async (browser: TestBrowser) => {
      const response = await browser.fetch("/api/v1/session");
      return response.ok ? ((await response.json()) as Record<string, never>) : undefined;
    };
    const json = (method: string, body: object) => ({
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const codeOf = async (response: Response) =>
      ((await response.json()) as { readonly code: string }).code;

    beforeAll(async () => {
      services = await openTestServices(kind);
      stage = createSignOnStage(services);
      provider = await startTestProvider({ redirectUris: [redirectUriOf("acme")], accounts });
      owner = await stage.addOwner("acme");
      await stage.addOwner("other");
      services.identity.onSessionEnd((id) => ended.push(id));
    }, 60_000);
    afterAll(async () => {
      await provider?.[Symbol.asyncDispose]();
      await services?.[Symbol.asyncDispose]();
    });

    test("is set up by who manages sign-in, and shows no secret again", async () => {
      const view = await put();
      expect(view).toMatchObject({ issuer: provider.issuer, lastSuccessAt: null });
      expect(view.secretFingerprint).toMatch(/^[0-9a-f]{8}$/);
      const shown = await owner.client.call("getSingleSignOn", { params });
      expect(shown.redirectUri).toBe(redirectUriOf("acme"));
      expect(JSON.stringify(shown)).not.toContain(provider.clientSecret);
      const rows = await services.database.kysely
        .selectFrom("sso_connection")
        .selectAll()
        .executeTakeFirstOrThrow();
      expect(Buffer.from(rows.sealed_secret ?? []).toString()).not.toContain(provider.clientSecret);
      // Left out, the secret stays.
      const { clientSecret: _left, ...rest } = secretSettings();
      const again = await owner.client.call("putSingleSignOn", { params, body: rest });
      expect(again.secretFingerprint).toBe(view.secretFingerprint);
    });

    test("brings a new member, by the code flow with PKCE and UserInfo", async () => {
      const browser = stage.browser();
      const url = new URL(
        await browser.begin({ organization: "acme", returnTo: "/installed?x=1" }),
      );
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        ...{ response_type: "code", code_challenge_method: "S256", client_id: "berth" },
        redirect_uri: redirectUriOf("acme"),
      });
      const callback = await provider.signIn(url.href, "grace");
      expect(callback.searchParams.get("iss")).toBe(provider.issuer);
      expect(await browser.finish(callback)).toBe("/installed?x=1");
      const session = await sessionOf(browser);
      expect(session).toMatchObject({
        ...{ by: "sso", isOperator: false, publishers: [] },
        person: { name: "Grace Hopper" },
        organizations: [{ slug: "acme", role: "member" }],
      });
      // The domain is not proven, so the address is not believed to be hers.
      expect(session?.person).toMatchObject({ email: expect.stringMatching(/@managed\.invalid$/) });
      const again = await signIn("grace");
      expect((await sessionOf(again.browser))?.person).toEqual(session?.person);
      const { connection } = await owner.client.call("getSingleSignOn", { params });
      expect(connection?.lastSuccessAt).not.toBeNull();
    });

    test("maps roles and groups by claims, at each sign-in, and no ownership", async () => {
      const roleMappings = [{ value: "Admins", role: "admin" }];
      await put({ roleClaim: "groups", roleMappings, groupClaim: "groups" });
      const { browser } = await signIn("grace");
      expect(await sessionOf(browser)).toMatchObject({ organizations: [{ role: "admin" }] });
      const { groups } = await owner.client.call("listGroups", { params });
      expect(groups.map(({ name, source, memberCount }) => [name, source, memberCount])).toEqual([
        ["Admins", "sso", 1],
        ["Engineers", "sso", 1],
      ]);
      await put({ groupClaim: "groups", roleClaim: "groups", roleMappings: [] });
      const later = await signIn("grace");
      expect(await sessionOf(later.browser)).toMatchObject({ organizations: [{ role: "member" }] });
      await expect(put({ defaultRole: "owner" })).rejects.toMatchObject({
        code: "REQUEST_INVALID",
      });
      await expect(put({ defaultRole: "nonsense" })).rejects.toMatchObject({
        code: "REQUEST_INVALID",
      });
      await put();
    });

    test("tells of another role and other groups at once, and records the role", async () => {
      const told: string[] = [];
      const stop = services.identity.accessChanges.on(
        ({ personIds }) => void told.push(...personIds),
      );
      const come = async (more: Parameters<typeof put>[0]) => {
        await put(more);
        told.length = 0;
        const { browser } = await signIn("grace");
        return (await sessionOf(browser))?.person as unknown as { id: string };
      };
      const roleMappings = [{ value: "Admins", role: "admin" }];
      const { id } = await come({ roleClaim: "groups", roleMappings });
      expect(told).toEqual([id]);
      await come({ roleClaim: "groups", roleMappings });
      expect(told).toEqual([]);
      await come({ roleClaim: "groups", groupClaim: "nothing" });
      expect(told).toEqual([id]);
      await services.trail.flush();
      const rows = await services.database.kysely
        .selectFrom("trail_entry")
        .select("body")
        .where("action", "=", "single-sign-on.sign-in")
        .orderBy("index")
        .execute();
      const roles = rows.map(({ body }) => JSON.parse(body ?? "null")?.details?.role ?? null);
      expect(roles.slice(-3)).toEqual([
        ...[{ from: "member", to: "admin" }, null],
        { from: "admin", to: "member" },
      ]);
      stop();
      await put();
    });

    test("a role that it gives is not deleted under those who will come", async () => {
      const body = { name: "Guest", description: "", permissions: ["organization.read" as const] };
      const { id } = await owner.client.call("createRole", { params, body });
      const remove = () => owner.client.call("deleteRole", { params: { ...params, role: id } });
      for (const more of [
        { defaultRole: id },
        { roleClaim: "groups", roleMappings: [{ value: "Guests", role: id }] },
      ]) {
        await put(more);
        await expect(remove()).rejects.toMatchObject({ code: "ROLE_IN_USE" });
      }
      await put();
      await remove();
    });

    test("a limited key maps no role beyond its limits, and speaks for no ownership", async () => {
      const { database, identity } = services;
      const issue = await database.kysely.transaction().execute((trx) =>
        identity.apiKeys.issue(trx, {
          ...{ ownerId: owner.personId, name: "limited", permissions: ["sign-in.manage"] },
        }),
      );
      const limited = stage.clientOf(issue.secret);
      const roleMappings = [{ value: "Admins", role: "admin" }];
      await expect(put({ roleClaim: "groups", roleMappings }, limited)).rejects.toMatchObject({
        code: "AUTH_FORBIDDEN",
      });
      await expect(put({}, limited)).rejects.toMatchObject({ code: "AUTH_FORBIDDEN" });
      expect((await owner.client.call("getSingleSignOn", { params })).connection?.isByOwner).toBe(
        true,
      );
    });

    test("a session by it does not outlive the membership that it was for", async () => {
      const { browser } = await signIn("ada");
      const person = (await sessionOf(browser))?.person as unknown as { id: string };
      const { members } = await owner.client.call("listMembers", { params });
      const member = members.find((each) => each.person.id === person.id)?.id ?? "";
      await owner.client.call("removeMember", { params: { ...params, member } });
      expect(await sessionOf(browser)).toBeUndefined();
      await owner.client.call("forgetSingleSignOnIdentity", {
        params: { ...params, person: person.id },
      });
    });

    test("is found by the domain of an address, once that is proven", async () => {
      const browser = stage.browser();
      const body = { email: "nobody-at-all@acme.example" };
      expect(await browser.begin(body)).toBe("SSO_NOT_OFFERED");
      const claim = { params, body: { domain: "acme.example" } };
      const claimed = await owner.client.call("addEmailDomain", claim);
      const prove = { params: { ...params, domain: "acme.example" } };
      await expect(owner.client.call("proveEmailDomain", prove)).rejects.toMatchObject({
        code: "DOMAIN_NOT_PROVEN",
      });
      stage.records.set(claimed.recordName, ["v=spf1 -all", claimed.recordValue]);
      expect((await owner.client.call("proveEmailDomain", prove)).provenAt).not.toBeNull();
      // Of whom there is and whom there is not, the answer is the same: the provider's address.
      for (const email of ["nobody-at-all@acme.example", "owner@acme.example"]) {
        const url = new URL(await browser.begin({ email }));
        expect(url.origin).toBe(provider.issuer);
        expect(url.searchParams.get("login_hint")).toBe(email);
      }
      expect(await browser.begin({ email: "x@acme.example.evil.example" })).toBe("SSO_NOT_OFFERED");
    });

    test("a domain is one organization's at a time, until its record is gone", async () => {
      const other = await stage.addOwner("rival");
      const rival = { organization: "rival" };
      const claim = { params: rival, body: { domain: "acme.example" } };
      const claimed = await other.client.call("addEmailDomain", claim);
      const name = claimed.recordName;
      const first = stage.records.get(name) ?? [];
      stage.records.set(name, [...first, claimed.recordValue]);
      const prove = { params: { ...rival, domain: "acme.example" } };
      await expect(other.client.call("proveEmailDomain", prove)).rejects.toMatchObject({
        ...{ code: "DOMAIN_NOT_PROVEN", message: expect.stringContaining("another organization") },
      });
      stage.records.set(name, [claimed.recordValue]);
      await other.client.call("proveEmailDomain", prove);
      const { domains } = await owner.client.call("getSingleSignOn", { params });
      expect(domains).toMatchObject([{ domain: "acme.example", provenAt: null }]);
      await other.client.call("deleteEmailDomain", prove);
      stage.records.set(name, first);
      await owner.client.call("proveEmailDomain", {
        params: { ...params, domain: "acme.example" },
      });
    });

    test("becomes nobody else by an address alone", async () => {
      const { identity } = services;
      const ada = await identity.createPerson({
        ...{ name: "Ada", email: "ada@acme.example", operatorRole: "admin" },
      });
      // Not vouched for; then vouched for, of a proven domain, but no member.
      for (const login of ["eve", "ada"]) {
        const session = await sessionOf((await signIn(login)).browser);
        expect(session?.person).toMatchObject({
          email: expect.stringMatching(/managed\.invalid$/),
        });
        expect(session?.person).not.toMatchObject({ id: ada.id });
      }
      const acme = await identity.findOrganization("acme");
      const other = await identity.findOrganization("other");
      for (const organization of [acme, other]) {
        const organizationId = organization?.id ?? "";
        await identity.addMember({ organizationId, personId: ada.id, role: "member" });
      }
      // The account that was somebody before stays that somebody; another is the member's by the rule.
      expect((await sessionOf((await signIn("ada")).browser))?.person).not.toMatchObject({
        id: ada.id,
      });
      const { browser } = await signIn("other-ada");
      const session = await sessionOf(browser);
      expect(session?.person).toMatchObject({ id: ada.id });
      // And the session is worth nothing beside the organization that the provider speaks for.
      expect(session).toMatchObject({ isOperator: false, organizations: [{ slug: "acme" }] });
      const reach = (path: string, init?: RequestInit) => browser.fetch(`/api/v1${path}`, init);
      expect((await reach("/organizations/other/groups")).status).toBe(404);
      expect((await reach("/embed/keys")).status).toBe(403);
      const password = json("PUT", { password: "correct horse battery" });
      expect((await reach("/session/password", password)).status).toBe(403);
      // How and where else they sign in is not the provider's to see.
      for (const path of ["/sessions", "/second-factor", "/passkeys"]) {
        expect((await reach(path)).status, path).toBe(403);
      }
      const made = await reach("/api-keys", json("POST", { name: "mine" }));
      const { id, secret } = (await made.json()) as { id: string; secret: string };
      const byKey = stage.clientOf(secret);
      expect((await byKey.call("getSession")).organizations).toMatchObject([{ slug: "acme" }]);
      await expect(byKey.call("listEmbedKeys")).rejects.toMatchObject({ code: "AUTH_FORBIDDEN" });
      // Of the person's keys, it sees and ends only its own.
      const own = await identity.createApiKey({ personId: ada.id, name: "own" });
      const listed = (await (await reach("/api-keys")).json()) as { keys: { id: string }[] };
      expect(listed.keys.map((key) => key.id)).toEqual([id]);
      expect((await reach(`/api-keys/${own.id}`, { method: "DELETE" })).status).toBe(400);
      expect((await reach(`/api-keys/${id}`, { method: "DELETE" })).status).toBe(204);
    });

    test("a removed member is not let in again by signing in, unless the account is forgotten", async () => {
      const { browser } = await signIn("bob");
      const person = (await sessionOf(browser))?.person as unknown as { id: string; email: string };
      expect(person.email).toBe("bob@acme.example");
      const { kysely } = services.database;
      await kysely.deleteFrom("member").where("userId", "=", person.id).execute();
      const refused = await signIn("bob");
      expect(refused.landed).toMatch(/^\/sign-in\?error=SSO_REFUSED&request=/);
      expect(await sessionOf(refused.browser)).toBeUndefined();
      const { connection } = await owner.client.call("getSingleSignOn", { params });
      expect(connection?.lastFailure?.message).toContain("none any longer");
      await owner.client.call("forgetSingleSignOnIdentity", {
        params: { ...params, person: person.id },
      });
      expect((await signIn("bob")).landed).toBe("/");
    });

    test("who comes by two windows at once is one person", async () => {
      const windows = [stage.browser(), stage.browser(), stage.browser()];
      const callbacks = await Promise.all(
        windows.map(async (window) =>
          provider.signIn(await window.begin({ organization: "acme" }), "twin"),
        ),
      );
      const landed = await Promise.all(
        windows.map((window, at) => window.finish(callbacks[at] ?? new URL("x:"))),
      );
      expect(landed).toEqual(["/", "/", "/"]);
      const people = await Promise.all(windows.map(sessionOf));
      expect(people[0]?.person).toMatchObject({ email: "twin@acme.example" });
      const ids = people.map((session) => JSON.stringify(session?.person));
      expect(new Set(ids).size).toBe(1);
    });

    test("who is no member stays out where signing in makes none", async () => {
      await put({ isJustInTime: false });
      expect((await signIn("mallory")).landed).toContain("SSO_REFUSED");
      await put();
    });

    test("required, it is the way in for all but an owner's session", async () => {
      const { identity } = services;
      const member = await identity.createPerson({
        ...{ name: "Password", email: "p@acme.example", password: "correct horse battery" },
      });
      const acme = await identity.findOrganization("acme");
      const organizationId = acme?.id ?? "";
      await identity.addMember({ organizationId, personId: member.id, role: "member" });
      const browser = stage.browser();
      const credentials = { email: "p@acme.example", password: "correct horse battery" };
      await browser.fetch("/api/v1/auth/sign-in/email", json("POST", credentials));
      const groups = "/api/v1/organizations/acme/groups";
      expect((await browser.fetch(groups)).status).toBe(200);
      await put({ isRequired: true });
      const refused = await browser.fetch(groups);
      expect([refused.status, await codeOf(refused)]).toEqual([403, "SSO_REQUIRED"]);
      // An owner's session passes, and an owner's key does not.
      await expect(owner.client.call("listGroups", { params })).rejects.toMatchObject({
        code: "SSO_REQUIRED",
      });
      const { token } = await identity.createSignInLink(owner.personId);
      const byLink = stage.browser();
      await byLink.fetch("/api/v1/session/link", json("POST", { token }));
      expect((await byLink.fetch(groups)).status).toBe(200);
      expect((await (await signIn("grace")).browser.fetch(groups)).status).toBe(200);
      const open = json("PUT", secretSettings());
      const path = "/api/v1/organizations/acme/single-sign-on";
      // A service principal has no other way, and is the organization's own.
      const principals = "/api/v1/organizations/acme/service-principals";
      const wish = { name: "CI", permissions: ["organization.read"] };
      const service = (await (await byLink.fetch(principals, json("POST", wish))).json()) as {
        id: string;
      };
      const issued = await byLink.fetch(`${principals}/${service.id}/keys`, json("POST", {}));
      const { secret: ofService } = (await issued.json()) as { secret: string };
      await expect(stage.clientOf(ofService).call("listGroups", { params })).resolves.toBeDefined();
      await services.trail.flush();
      const uses = await services.database.kysely
        .selectFrom("trail_entry")
        .select("body")
        .where("actor_id", "=", service.id)
        .execute();
      expect(uses.map(({ body }) => JSON.parse(body ?? "null"))).toMatchObject([
        { action: "api-key.use", actor: { kind: "service", by: "key" } },
      ]);
      expect((await byLink.fetch(path, open)).status).toBe(200);
      expect((await browser.fetch(groups)).status).toBe(200);
    });

    test("who manages sign-in becomes no owner by a provider or a directory of their own", async () => {
      const { identity } = services;
      const boss = await identity.createPerson({ name: "Boss", email: "boss@acme.example" });
      const admin = await identity.createPerson({ name: "Admin", email: "admin@acme.example" });
      const acme = await identity.findOrganization("acme");
      const organizationId = acme?.id ?? "";
      await identity.addMember({ organizationId, personId: boss.id, role: "owner" });
      await identity.addMember({ organizationId, personId: admin.id, role: "admin" });
      const { secret } = await identity.createApiKey({ personId: admin.id, name: "a" });
      const byAdmin = stage.clientOf(secret);
      // A directory's record that names the owner, under an account of the admin's.
      const scim = (await byAdmin.call("createProvisioningToken", { params, body: { name: "d" } }))
        .secret;
      const made = await stage.api.fetch(
        new Request(new URL("/api/v1/organizations/acme/scim/v2/Users", redirectUriOf("acme")), {
          method: "POST",
          headers: { authorization: `Bearer ${scim}`, "content-type": "application/scim+json" },
          body: JSON.stringify({ userName: "boss@acme.example", externalId: "puppet" }),
        }),
      );
      expect(made.status).toBe(201);
      const puppet = (await sessionOf((await signIn("puppet")).browser))?.person;
      expect(puppet).not.toMatchObject({ id: boss.id });
      // The owner's address, by a provider that an admin chose; then by the same, which an owner chose.
      expect((await put({ isEmailTrusted: true }, byAdmin)).isByOwner).toBe(false);
      const refused = await signIn("boss");
      expect(refused.landed).toContain("SSO_REFUSED");
      expect((await put()).isByOwner).toBe(true);
      expect((await put({ sessionHours: 6 }, byAdmin)).isByOwner).toBe(true);
      const { browser } = await signIn("boss");
      expect(await sessionOf(browser)).toMatchObject({
        ...{ person: { id: boss.id }, organizations: [{ role: "owner" }] },
      });
    });

    test("signing out ends the session, and removing the connection ends all that came by it", async () => {
      const { browser } = await signIn("grace");
      const kept = new Map(browser.cookies);
      ended.length = 0;
      expect((await browser.fetch("/api/v1/session", { method: "DELETE" })).status).toBe(204);
      expect(ended).toHaveLength(1);
      for (const [name, value] of kept) browser.cookies.set(name, value);
      expect(await sessionOf(browser)).toBeUndefined();
      const next = (await signIn("grace")).browser;
      const made = await next.fetch("/api/v1/api-keys", json("POST", { name: "k" }));
      const { secret } = (await made.json()) as { secret: string };
      ended.length = 0;
      await owner.client.call("deleteSingleSignOn", { params });
      expect(ended.length).toBeGreaterThan(0);
      expect(await sessionOf(next)).toBeUndefined();
      await expect(stage.clientOf(secret).call("getSession")).rejects.toMatchObject({
        code: "AUTH_REQUIRED",
      });
      await expect(owner.client.call("deleteSingleSignOn", { params })).rejects.toMatchObject({
        code: "SSO_NOT_OFFERED",
      });
    });

    test("a session is over when the organization says, whatever its cookie", async () => {
      await put({ sessionHours: 1 });
      const { browser } = await signIn("grace");
      services.clock.advance(3_600_000 - 1_000);
      expect(await sessionOf(browser)).toBeDefined();
      services.clock.advance(1_000);
      expect(await sessionOf(browser)).toBeUndefined();
    });

    test("each act is in the trail, in the transaction that did it", async () => {
      await services.trail.flush();
      const rows = await services.database.kysely
        .selectFrom("trail_entry")
        .select("action")
        .execute();
      const actions = new Set(rows.map(({ action }) => action));
      for (const action of ["set", "join", "sign-in", "forget", "remove"]) {
        expect(actions).toContain(`single-sign-on.${action}`);
      }
      expect(JSON.stringify(rows)).not.toContain(provider.clientSecret);
    });
  });
}

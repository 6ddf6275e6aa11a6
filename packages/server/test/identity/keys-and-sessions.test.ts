import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bySystem } from "../../src/http/actor.ts";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { Visitor } from "./visitor.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

for (const kind of databasesUnderTest()) {
  describe(`keys and sessions on ${kind}`, () => {
    let services: TestServices;
    let open: (address?: string) => Visitor;
    const ended: string[] = [];

    beforeAll(async () => {
      services = await openTestServices(kind);
      const api = createTestApi(services);
      open = (address) => new Visitor(api, address);
      services.identity.onSessionEnd((id) => ended.push(id));
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    let count = 0;
    async function someone() {
      count += 1;
      const email = `person${count}@example.com`;
      return services.identity.createPerson({ name: `Person ${count}`, email });
    }
    /** Signed in by a link, which costs no password. */
    async function signedIn(personId: string): Promise<Visitor> {
      const { token } = await services.identity.createSignInLink(personId);
      const visitor = open();
      expect((await visitor.send("POST", "/session/link", { token })).status).toBe(200);
      return visitor;
    }
    async function withOrganization() {
      const person = await someone();
      const slug = `org-${count}`;
      const { id } = await services.identity.createOrganization({
        ...{ slug, name: "Org", ownerId: person.id },
      });
      return { person, slug, id, visitor: await signedIn(person.id) };
    }
    const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
    const by = (secret: string, method: string, path: string, body?: unknown) =>
      open().send(method, path, body, bearer(secret));

    async function makeKey(visitor: Visitor, body: object = {}) {
      const answer = await visitor.send("POST", "/api-keys", { name: "k", ...body });
      expect(answer.status).toBe(201);
      return answer.body as { id: string; secret: string; expiresAt: string };
    }

    test("a key ends after 90 days unless it says otherwise, and after two years at most", async () => {
      const { visitor } = await withOrganization();
      const now = services.clock.now();
      const plain = await makeKey(visitor);
      expect(Date.parse(plain.expiresAt) - now).toBe(90 * dayMs);
      const short = await makeKey(visitor, { expiresInDays: 1 });
      for (const days of [0, 731, 1.5, -1]) {
        const body = { name: "k", expiresInDays: days };
        expect((await visitor.send("POST", "/api-keys", body)).code).toBe("REQUEST_INVALID");
      }
      expect((await by(short.secret, "GET", "/session")).status).toBe(200);
      const listed = await visitor.send("GET", "/api-keys");
      expect(listed.body).toMatchObject({
        keys: expect.arrayContaining([
          expect.objectContaining({ id: short.id, lastUsedAt: new Date(now).toISOString() }),
        ]),
      });
      expect(JSON.stringify(listed.body)).not.toContain(short.secret);
      services.clock.advance(dayMs);
      expect((await by(short.secret, "GET", "/session")).code).toBe("AUTH_REQUIRED");
      expect((await by(plain.secret, "GET", "/session")).status).toBe(200);
    });

    test("a limited key does what it is for, and nothing beyond, whatever its person may do", async () => {
      const { visitor, slug, person } = await withOrganization();
      const { secret, id } = await makeKey(visitor, { permissions: ["organization.read"] });
      const services_ = `/organizations/${slug}/service-principals`;
      expect((await by(secret, "GET", `/organizations/${slug}/sign-in-rules`)).status).toBe(200);
      const beyond = await by(secret, "GET", services_);
      expect(beyond.body).toMatchObject({
        code: "AUTH_FORBIDDEN",
        details: { permission: "service-principals.manage" },
      });
      const publisher = { name: `pub-${count}`, displayName: "P" };
      expect((await by(secret, "POST", "/publishers", publisher)).code).toBe("AUTH_FORBIDDEN");
      // No more than its person: what they lose, it loses.
      const wide = await makeKey(visitor, { permissions: ["service-principals.manage"] });
      expect((await by(wide.secret, "GET", services_)).status).toBe(200);
      const organization = await services.identity.findOrganization(slug);
      await services.identity.addMember({
        ...{ organizationId: organization?.id ?? "", personId: person.id, role: "member" },
      });
      expect((await by(wide.secret, "GET", services_)).code).toBe("AUTH_FORBIDDEN");
      expect((await by(secret, "DELETE", `/api-keys/${wide.id}`)).code).toBe("AUTH_FORBIDDEN");
      expect((await by(secret, "DELETE", `/api-keys/${id}`)).status).toBe(204);
      expect((await by(secret, "GET", "/session")).code).toBe("AUTH_REQUIRED");
    });

    test("a key for one organization, or one publisher, reaches no other and not the host", async () => {
      const { visitor, slug, person } = await withOrganization();
      const other = `${slug}-b`;
      const { identity, registry } = services;
      await identity.createOrganization({ slug: other, name: "B", ownerId: person.id });
      const publisher = `pub-${slug}`;
      await registry.publishers.create({
        name: publisher,
        displayName: "P",
        ownerId: person.id,
        origin: bySystem,
      });
      const rules = (of: string) => `/organizations/${of}/sign-in-rules`;
      const principals = `/publishers/${publisher}/service-principals`;
      const one = await makeKey(visitor, { organization: slug });
      expect((await by(one.secret, "GET", rules(slug))).status).toBe(200);
      expect((await by(one.secret, "GET", rules(other))).code).toBe("ORGANIZATION_NOT_FOUND");
      expect((await by(one.secret, "GET", principals)).code).toBe("AUTH_FORBIDDEN");
      expect((await by(one.secret, "GET", "/session")).body).toMatchObject({
        organizations: [{ slug }],
      });
      const two = await makeKey(visitor, { publisher });
      expect((await by(two.secret, "GET", principals)).status).toBe(200);
      expect((await by(two.secret, "GET", rules(slug))).code).toBe("ORGANIZATION_NOT_FOUND");
      const stranger = await withOrganization();
      for (const wish of [{ organization: slug }, { publisher }]) {
        const refused = await stranger.visitor.send("POST", "/api-keys", { name: "k", ...wish });
        expect(refused.code).toMatch(/^(ORGANIZATION|PUBLISHER)_NOT_FOUND$/);
      }
    });

    test("a key makes no keys, adds no passkey, ends no session and sets no password", async () => {
      const { visitor, slug } = await withOrganization();
      const { secret } = await makeKey(visitor);
      const service = await by(secret, "POST", `/organizations/${slug}/service-principals`, {
        ...{ name: "CI", permissions: ["apps.read"] },
      });
      const { id } = service.body as { id: string };
      const attempts = [
        ["POST", "/api-keys", { name: "k" }],
        ["POST", `/organizations/${slug}/service-principals/${id}/keys`, {}],
        ["POST", "/passkeys/options", undefined],
        ["POST", "/second-factor", {}],
        ["POST", "/session/step-up", {}],
        ["DELETE", "/sessions", undefined],
        ["PUT", "/session/password", { password: "a new password" }],
        ["PUT", `/organizations/${slug}/sign-in-rules`, { isSecondFactorRequired: false }],
      ] as const;
      for (const [method, path, body] of attempts) {
        expect((await by(secret, method, path, body)).code, path).toBe("AUTH_FORBIDDEN");
      }
    });

    test("a service principal does what it was given, is nobody, and rotates two keys", async () => {
      const { visitor, slug } = await withOrganization();
      const path = `/organizations/${slug}/service-principals`;
      const made = await visitor.send("POST", path, {
        name: "CI",
        permissions: ["organization.read"],
      });
      const { id } = made.body as { id: string };
      const key = async () => {
        const answer = await visitor.send("POST", `${path}/${id}/keys`, { expiresInDays: 30 });
        return { ...answer, ...(answer.body as { id: string; secret: string }) };
      };
      const first = await key();
      const second = await key();
      expect((await key()).code).toBe("REQUEST_INVALID");
      for (const { secret } of [first, second]) {
        expect((await by(secret, "GET", "/session")).body).toMatchObject({
          ...{ kind: "service", by: "key", person: { id, name: "CI" } },
          organizations: [{ slug, role: "service", permissions: ["organization.read"] }],
        });
        const caller = await services.identity.authenticate(
          new Request("http://localhost/", { headers: bearer(secret) }),
        );
        expect(caller).toMatchObject({ kind: "service", personId: id, isOperator: false });
      }
      expect((await by(first.secret, "GET", `/organizations/${slug}/sign-in-rules`)).status).toBe(
        200,
      );
      expect((await by(first.secret, "GET", path)).code).toBe("AUTH_FORBIDDEN");
      const publisher = { name: `svc-${count}`, displayName: "P" };
      expect((await by(first.secret, "POST", "/publishers", publisher)).code).toBe(
        "AUTH_FORBIDDEN",
      );
      await expect(services.identity.createSignInLink(id)).rejects.toMatchObject({
        code: "REQUEST_INVALID",
      });
      expect((await visitor.send("DELETE", `${path}/${id}/keys/${first.id}`)).status).toBe(204);
      expect((await by(first.secret, "GET", "/session")).code).toBe("AUTH_REQUIRED");
      expect((await visitor.send("PUT", `${path}/${id}`, { isDisabled: true })).body).toMatchObject(
        {
          isDisabled: true,
        },
      );
      expect((await by(second.secret, "GET", "/session")).code).toBe("AUTH_REQUIRED");
      await visitor.send("PUT", `${path}/${id}`, { isDisabled: false });
      expect((await by(second.secret, "GET", "/session")).status).toBe(200);
      // A session that lies open makes no key that outlasts it.
      services.clock.advance(15 * 60_000);
      expect((await key()).code).toBe("STEP_UP_REQUIRED");
      expect((await visitor.send("DELETE", `${path}/${id}`)).status).toBe(204);
      expect((await by(second.secret, "GET", "/session")).code).toBe("AUTH_REQUIRED");
      expect((await visitor.send("DELETE", `${path}/${id}`)).code).toBe(
        "SERVICE_PRINCIPAL_NOT_FOUND",
      );
    });

    test("what a service principal has open ends when it is changed, disabled, loses a key or is removed", async () => {
      const { slug, id: organizationId, visitor } = await withOrganization();
      const path = `/organizations/${slug}/service-principals`;
      const wish = { name: "CI", permissions: ["organization.read"] };
      const made = (await visitor.send("POST", path, wish)).body as { id: string };
      const key = (await visitor.send("POST", `${path}/${made.id}/keys`, {})).body as {
        id: string;
      };
      const told: unknown[] = [];
      const stop = services.identity.accessChanges.on((change) => void told.push(change));
      const change = { organizationId, personIds: [made.id] };
      for (const [method, at, body] of [
        ["PUT", "", { permissions: ["apps.read"] }],
        ["PUT", "", { isDisabled: true }],
        ["DELETE", `/keys/${key.id}`, undefined],
        ["DELETE", "", undefined],
      ] as const) {
        told.length = 0;
        const { status } = await visitor.send(method, `${path}/${made.id}${at}`, body);
        expect([method, at, status < 300, told]).toEqual([method, at, true, [change]]);
      }
      stop();
    });

    test("nobody gives a service principal more than they hold, or takes a key of one that has more", async () => {
      const { visitor, slug, id: organizationId } = await withOrganization();
      const admin = await someone();
      await services.identity.addMember({ organizationId, personId: admin.id, role: "admin" });
      const theirs = await signedIn(admin.id);
      const path = `/organizations/${slug}/service-principals`;
      const more = { name: "Root", permissions: ["organization.manage"] };
      expect((await theirs.send("POST", path, more)).body).toMatchObject({
        ...{ code: "AUTH_FORBIDDEN", details: { permission: "organization.manage" } },
      });
      const root = (await visitor.send("POST", path, more)).body as { id: string };
      expect((await theirs.send("POST", `${path}/${root.id}/keys`, {})).code).toBe(
        "AUTH_FORBIDDEN",
      );
      const small = (await theirs.send("POST", path, { name: "CI", permissions: ["apps.read"] }))
        .body as { id: string };
      const grown = { permissions: ["apps.read", "organization.manage"] };
      expect((await theirs.send("PUT", `${path}/${small.id}`, grown)).code).toBe("AUTH_FORBIDDEN");
      // Taking away is always possible; waking what was given is not.
      expect((await theirs.send("PUT", `${path}/${root.id}`, { isDisabled: true })).status).toBe(
        200,
      );
      expect((await theirs.send("PUT", `${path}/${root.id}`, { isDisabled: false })).code).toBe(
        "AUTH_FORBIDDEN",
      );
      const odd = { name: "X", permissions: ["host.manage"] };
      expect((await visitor.send("POST", path, odd)).code).toBe("REQUEST_INVALID");
      const foreign = await withOrganization();
      const from = `/organizations/${foreign.slug}/service-principals`;
      for (const [method, end, body] of [
        ["PUT", "", { isDisabled: true }],
        ["DELETE", "", undefined],
        ["POST", "/keys", {}],
        ["DELETE", "/keys/x", undefined],
      ] as const) {
        const refused = await foreign.visitor.send(method, `${from}/${root.id}${end}`, body);
        expect(refused.code, `${method} ${end}`).toBe("SERVICE_PRINCIPAL_NOT_FOUND");
      }
    });

    test("a publisher's build server publishes there and nowhere else", async () => {
      const { visitor, person } = await withOrganization();
      const [mine, other] = [`ci-${count}`, `ci-${count}-b`];
      for (const name of [mine, other]) {
        await services.registry.publishers.create({
          ...{ name, displayName: name, ownerId: person.id, origin: bySystem },
        });
      }
      const path = `/publishers/${mine}/service-principals`;
      const wish = { name: "Build", permissions: ["publisher.read", "releases.publish"] };
      const { id } = (await visitor.send("POST", path, wish)).body as { id: string };
      const { secret } = (await visitor.send("POST", `${path}/${id}/keys`, {})).body as {
        secret: string;
      };
      expect((await by(secret, "GET", `/publishers/${mine}/releases`)).status).toBe(200);
      expect((await by(secret, "GET", `/publishers/${other}/releases`)).code).toBe(
        "AUTH_FORBIDDEN",
      );
      const key = { publicKey: "x".repeat(44), label: "l" };
      expect((await by(secret, "POST", `/publishers/${mine}/keys`, key)).code).toBe(
        "AUTH_FORBIDDEN",
      );
      expect((await by(secret, "GET", "/session")).body).toMatchObject({
        publishers: [{ name: mine }],
      });
    });

    test("sessions are listed by device, and ended one by one or all but this one", async () => {
      const person = await someone();
      const mine = await signedIn(person.id);
      const others = [await signedIn(person.id), await signedIn(person.id)];
      const listed = (await mine.send("GET", "/sessions")).body as {
        sessions: { id: string; isCurrent: boolean }[];
      };
      expect(listed.sessions).toHaveLength(3);
      expect(listed.sessions[0]).toMatchObject({
        ...{ device: "Firefox on Linux", address: "192.0.2.77" },
      });
      const stranger = await signedIn((await someone()).id);
      const [one] = listed.sessions.filter(({ isCurrent }) => !isCurrent);
      const end = `/sessions/${one?.id}`;
      expect((await stranger.send("DELETE", end)).code).toBe("SESSION_NOT_FOUND");
      expect((await mine.send("DELETE", end)).status).toBe(204);
      expect(ended).toContain(one?.id);
      expect((await mine.send("DELETE", end)).code).toBe("SESSION_NOT_FOUND");
      expect((await mine.send("DELETE", "/sessions")).body).toEqual({ ended: 1 });
      for (const visitor of others) {
        expect((await visitor.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
      }
      expect((await mine.send("GET", "/session")).status).toBe(200);
    });

    test("a session ends after a day unused, and after seven days however much it is used", async () => {
      const person = await someone();
      const idle = await signedIn(person.id);
      services.clock.advance(dayMs - 1);
      expect((await idle.send("GET", "/session")).status).toBe(200);
      services.clock.advance(dayMs - 1);
      // A stream that hangs on is nobody there, though it still counts as theirs.
      const watching = { accept: "text/event-stream" };
      expect((await idle.send("GET", "/session", undefined, watching)).status).toBe(200);
      services.clock.advance(1);
      expect((await idle.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
      const busy = await signedIn(person.id);
      const start = services.clock.now();
      for (let at = 1; at < 7 * 2; at++) {
        services.clock.advance(dayMs / 2);
        expect((await busy.send("GET", "/session")).status).toBe(200);
      }
      const id = (await services.identity.sessions.list(person.id))[0]?.id;
      services.clock.advance(start + 7 * dayMs - services.clock.now());
      expect((await busy.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
      expect(ended).toContain(id);
    });

    test("a cookie from before the sign-in is never adopted, and what it stood for is over", async () => {
      const [person, thief] = [await someone(), await someone()];
      const planted = await signedIn(thief.id);
      const victim = open();
      for (const [name, value] of planted.cookies) victim.cookies.set(name, value);
      const before = victim.cookie;
      const { token } = await services.identity.createSignInLink(person.id);
      await victim.send("POST", "/session/link", { token });
      expect(victim.cookie).not.toBe(before);
      expect((await victim.send("GET", "/session")).body).toMatchObject({
        person: { id: person.id },
      });
      expect((await planted.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
      const made = open();
      made.cookies.set("berth.session", "chosen-by-an-attacker");
      const again = await services.identity.createSignInLink(person.id);
      await made.send("POST", "/session/link", { token: again.token });
      expect(made.cookie).not.toContain("chosen");
    });

    test("behind https, cookies are of this very host and travel by https only", async () => {
      const identity = services.reopenIdentity({ isSecure: true });
      const api = createTestApi({ ...services, identity });
      const visitor = new Visitor(api);
      const person = await someone();
      const { token } = await identity.createSignInLink(person.id);
      const begun = await visitor.send("POST", "/session/passkey/options");
      const entered = await visitor.send("POST", "/session/link", { token });
      const { cookie } = await identity.challenges.open(person.id);
      const lines = [...begun.setCookies, ...entered.setCookies, cookie];
      expect(lines.map((line) => line.split("=")[0])).toEqual([
        ...["__Host-berth.passkey", "__Host-berth.session", "__Host-berth.challenge"],
      ]);
      for (const line of lines) {
        expect(line).toMatch(/; Secure/i);
        expect(line).toMatch(/; HttpOnly/i);
        expect(line).toMatch(/; Path=\/(;|$)/i);
        expect(line).toMatch(/; SameSite=(Lax|Strict)/i);
        expect(line).not.toMatch(/Domain/i);
      }
      expect((await visitor.send("GET", "/session")).status).toBe(200);
      // The same session under a name that a sibling host could set is none.
      const tossed = new Visitor(api);
      tossed.cookies.set("berth.session", visitor.cookies.get("__Host-berth.session") ?? "");
      expect((await tossed.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
    });

    test("the host asks operators, or everyone, for a second factor", async () => {
      const operator = await services.identity.createPerson({
        ...{ name: "O", email: `op${count}@example.com`, operatorRole: "admin" as const },
      });
      const { person, slug } = await withOrganization();
      const answers: unknown[] = [];
      for (const secondFactor of ["optional", "operators", "everyone"] as const) {
        const identity = services.reopenIdentity({ secondFactor });
        const api = createTestApi({ ...services, identity });
        const ask = async (personId: string, path: string) => {
          const visitor = new Visitor(api);
          const { token } = await identity.createSignInLink(personId);
          await visitor.send("POST", "/session/link", { token });
          const { code, status } = await visitor.send("GET", path);
          return code ?? status;
        };
        answers.push([
          await ask(operator.id, `/people/${person.id}/sign-in`),
          await ask(person.id, `/organizations/${slug}/sign-in-rules`),
          await ask(person.id, "/second-factor"),
        ]);
      }
      const owed = "SECOND_FACTOR_REQUIRED";
      expect(answers).toEqual([
        [200, 200, 200],
        [owed, 200, 200],
        [owed, owed, 200],
      ]);
    });

    test("a page of another site changes nothing in a member's name", async () => {
      const { visitor } = await withOrganization();
      const body = JSON.stringify({ name: "stolen" });
      const forge = async (
        headers: Record<string, string>,
        method = "POST",
        path = "/api-keys",
      ) => {
        const request = new Request(`${consoleOrigin}/api/v1${path}`, {
          method,
          headers: { cookie: visitor.cookie, ...headers },
          ...(method === "GET" ? {} : { body }),
        });
        return visitor.api.fetch(request, { address: "192.0.2.1" });
      };
      const json = { "content-type": "application/json" };
      const origins = [
        "https://evil.example",
        "null",
        "http://apps.localhost:4600",
        `http://i${"0".repeat(26)}.frames.localhost:4600`,
        "http://localhost:4601",
        "http://localhost",
        "https://localhost:4600",
        "http://localhost:4600.evil.example",
        "",
      ];
      for (const origin of origins) {
        const answer = await forge({ ...json, origin });
        expect(((await answer.json()) as { code: string }).code, origin).toBe(
          "AUTH_ORIGIN_REFUSED",
        );
      }
      for (const site of ["cross-site", "same-site", "none", "odd"]) {
        expect((await forge({ ...json, "sec-fetch-site": site })).status, site).toBe(403);
      }
      expect((await forge(json)).status).toBe(403);
      // A form needs no preflight: it sends text, from an origin that it cannot hide.
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
      ]) {
        expect((await forge({ "content-type": type, origin: "null" })).status).toBe(403);
        expect((await forge({ "content-type": type, origin: consoleOrigin })).status).toBe(400);
      }
      for (const header of ["x-http-method-override", "x-http-method", "x-method-override"]) {
        const answer = await forge({ [header]: "POST" }, "GET", "/api-keys?_method=POST");
        expect(await answer.json()).toEqual({ keys: [] });
      }
      // A key that is none does not make the cookie count.
      const odd = await forge({ ...json, origin: "https://evil.example", "x-api-key": "x" });
      expect(odd.status).toBe(401);
      expect((await visitor.send("GET", "/api-keys")).body).toEqual({ keys: [] });
    });
  });
}

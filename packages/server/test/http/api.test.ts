import { generateKeyPair } from "@berth/bundle";
import {
  type ApiRouteName,
  apiPrefix,
  apiRoutes,
  permissionsOfOrganizationRole,
  type RouteDefinition,
} from "@berth/protocol/api";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bySystem } from "../../src/http/actor.ts";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin, createTestApi, productOrigin } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { packSample } from "../support/packages.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const password = "correct horse battery";
const routes = Object.entries<RouteDefinition>(apiRoutes) as [ApiRouteName, RouteDefinition][];
const installation = `i${"0".repeat(26)}`;

function addressOf({ path }: RouteDefinition, names: Readonly<Record<string, string>> = {}) {
  const values: Readonly<Record<string, string>> = {
    organization: "acme",
    publisher: "acme",
    installation,
    name: "app",
    version: "latest",
    secret: "TOKEN",
    run: `run${"0".repeat(26)}`,
    key: "k",
    keyId: "k",
    ...names,
  };
  return `http://localhost:4600${apiPrefix}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "x")}`;
}

for (const kind of databasesUnderTest()) {
  describe(`the API on ${kind}`, () => {
    let services: TestServices;
    let api: Api;
    const logged: Record<string, unknown>[] = [];
    const secrets: Record<"owner" | "member" | "stranger", string> = {
      owner: "",
      member: "",
      stranger: "",
    };

    beforeAll(async () => {
      const logger = pino(
        { level: "trace" },
        { write: (line: string) => void logged.push(JSON.parse(line)) },
      );
      services = await openTestServices(kind, { logger });
      api = createTestApi(services);
      const { identity, registry } = services;
      for (const name of ["owner", "member", "stranger"] as const) {
        const person = await identity.createPerson({
          name,
          email: `${name}@example.com`,
          password,
        });
        secrets[name] = (await identity.createApiKey({ personId: person.id, name })).secret;
      }
      const owner = await identity.findPerson("owner@example.com");
      const member = await identity.findPerson("member@example.com");
      const stranger = await identity.findPerson("stranger@example.com");
      if (!owner || !member || !stranger) throw new Error("They were created.");
      const acme = await identity.createOrganization({
        slug: "acme",
        name: "Acme",
        ownerId: owner.id,
      });
      await identity.addMember({ organizationId: acme.id, personId: member.id, role: "member" });
      await identity.createOrganization({ slug: "other", name: "Other", ownerId: stranger.id });
      await registry.publishers.create({
        name: "acme",
        displayName: "Acme",
        ownerId: owner.id,
        origin: bySystem,
      });
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    const send = (url: string, init: RequestInit & { duplex?: "half" } = {}, from = {}) =>
      api.fetch(new Request(url.startsWith("/") ? `http://localhost:4600${url}` : url, init), from);
    const as = (who: keyof typeof secrets): Record<string, string> => ({
      authorization: `Bearer ${secrets[who]}`,
    });
    const json = (value: unknown): { body: string; headers: Record<string, string> } => ({
      body: JSON.stringify(value),
      headers: { "content-type": "application/json" },
    });
    const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
    const signIn = () =>
      send("/api/v1/auth/sign-in/email", {
        method: "POST",
        ...json({ email: "owner@example.com", password }),
      });

    test.each(routes.filter(([, { access }]) => access !== "public"))(
      "%s needs credentials",
      async (_name, definition) => {
        const method = definition.method.toUpperCase();
        const none = await send(addressOf(definition), { method });
        expect(none.status).toBe(401);
        expect(await codeOf(none)).toBe("AUTH_REQUIRED");
        const wrong = { authorization: "Bearer berth_wrong", cookie: "berth.session=x.y" };
        expect((await send(addressOf(definition), { method, headers: wrong })).status).toBe(401);
      },
    );

    test("only these routes are public", () => {
      const open = routes.filter(([, { access }]) => access === "public").map(([name]) => name);
      expect(open.sort()).toEqual([
        "addWitnessCheckpoint",
        "beginPasskeySignIn",
        "beginSingleSignOn",
        "describeInvitation",
        "exchangeEmbedToken",
        "finishSingleSignOn",
        "getHealth",
        "getManifestSchema",
        "joinByInvitation",
        "proveSecondFactor",
        "redeemSignInLink",
        "signInWithPasskey",
        "signInWithPassword",
      ]);
    });

    test.each(routes.filter(([, { access }]) => ["organization", "publisher"].includes(access)))(
      "%s is closed to a member of another organization, whatever they send",
      async (_name, definition) => {
        const method = definition.method.toUpperCase();
        const response = await send(addressOf(definition), { method, headers: as("stranger") });
        const isPublisher = definition.access === "publisher";
        expect(response.status).toBe(isPublisher ? 403 : 404);
        expect(await codeOf(response)).toBe(
          isPublisher ? "AUTH_FORBIDDEN" : "ORGANIZATION_NOT_FOUND",
        );
      },
    );

    test.each(
      routes.filter(
        ([, route]) =>
          route.access === "organization" &&
          !permissionsOfOrganizationRole.member.has(route.permission),
      ),
    )("%s is closed to a plain member", async (_name, definition) => {
      const method = definition.method.toUpperCase();
      const response = await send(addressOf(definition), { method, headers: as("member") });
      expect([response.status, await codeOf(response)]).toEqual([403, "AUTH_FORBIDDEN"]);
    });

    test("an organization that is not mine and one that is not are answered alike", async () => {
      const ask = async (organization: string) => {
        const address = addressOf(apiRoutes.listInstallations, { organization });
        const response = await send(address, { headers: as("stranger") });
        return (await response.text()).replaceAll(organization, "?");
      };
      expect(await ask("acme")).toBe(await ask("nowhere"));
    });

    test("a session signs in by cookie, sees where it belongs, and ends", async () => {
      const response = await signIn();
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        person: { email: "owner@example.com" },
        organizations: [{ slug: "acme", role: "owner" }],
        publishers: [{ name: "acme" }],
        by: "session",
      });
      const cookie = response.headers
        .getSetCookie()
        .map((line) => line.split(";")[0])
        .join("; ");
      const session = await send("/api/v1/session", { headers: { cookie } });
      expect(session.status).toBe(200);
      const ended = await send("/api/v1/session", {
        method: "DELETE",
        headers: { cookie, origin: consoleOrigin },
      });
      expect(ended.status).toBe(204);
      expect((await send("/api/v1/session", { headers: { cookie } })).status).toBe(401);
    });

    test("guesses from an address do not shut a sign-in link of the same address out", async () => {
      const { identity } = services;
      const person = await identity.createPerson({ name: "L", email: "link@example.com" });
      const link = await identity.createSignInLink(person.id);
      const redeem = (token: string) =>
        send(
          "/api/v1/session/link",
          { method: "POST", ...json({ token }) },
          { address: "192.0.2.9" },
        );
      for (let count = 0; count < 60; count += 1) {
        expect(await codeOf(await redeem("x".repeat(43)))).toBe("SIGN_IN_LINK_INVALID");
      }
      expect((await redeem(link.token)).status).toBe(200);
    });

    test("a cookie from another origin's page changes nothing", async () => {
      const cookie = (await signIn()).headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const create = (headers: Record<string, string>) =>
        send("/api/v1/api-keys", {
          method: "POST",
          body: JSON.stringify({ name: "k" }),
          headers: { cookie, "content-type": "application/json", ...headers },
        });
      for (const headers of [
        {},
        { origin: "http://evil.example" },
        { origin: "null" },
        { origin: `${consoleOrigin}.evil.example` },
        { origin: "http://i1.apps.localhost:4600" },
        // The product's own page acts by its token, and not by the console's cookie.
        { origin: productOrigin },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "http://evil.example", "sec-fetch-site": "same-origin" },
      ] as Record<string, string>[]) {
        const response = await create(headers);
        expect([response.status, await codeOf(response)]).toEqual([403, "AUTH_ORIGIN_REFUSED"]);
      }
      expect((await create({ origin: consoleOrigin })).status).toBe(201);
      expect((await create({ "sec-fetch-site": "same-origin" })).status).toBe(201);
      const foreign = await send("/api/v1/auth/sign-in/email", {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", origin: "http://evil.example" },
      });
      expect(foreign.status).toBe(403);
    });

    test("API keys: made, listed without their secret, used, deleted by their owner only", async () => {
      const cookie = (await signIn()).headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const session = { cookie, origin: consoleOrigin };
      const make = (headers: Record<string, string>) =>
        send("/api/v1/api-keys", {
          method: "POST",
          body: JSON.stringify({ name: "ci", expiresInDays: 30 }),
          headers: { ...headers, "content-type": "application/json" },
        });
      // One that leaked must not make itself another that outlives it.
      expect(await codeOf(await make(as("owner")))).toBe("AUTH_FORBIDDEN");
      const made = await make(session);
      expect(made.status).toBe(201);
      const { id, secret } = (await made.json()) as { id: string; secret: string };
      const listed = await (await send("/api/v1/api-keys", { headers: as("owner") })).text();
      expect(listed).toContain(id);
      expect(listed).not.toContain(secret);
      const remove = (headers: Record<string, string>, key = id) =>
        send(`/api/v1/api-keys/${key}`, { method: "DELETE", headers });
      expect((await remove(as("stranger"))).status).toBe(403);
      expect((await remove(as("owner"))).status).toBe(403);
      const use = () => send("/api/v1/session", { headers: { "x-api-key": secret } });
      expect((await use()).status).toBe(200);
      expect((await remove(session)).status).toBe(204);
      expect((await use()).status).toBe(401);
      expect((await remove(session)).status).toBe(400);
      const last = (await (await make(session)).json()) as { id: string; secret: string };
      expect((await remove({ "x-api-key": last.secret }, last.id)).status).toBe(204);
      const setPassword = await send("/api/v1/session/password", {
        method: "PUT",
        body: JSON.stringify({ password: "a whole new password" }),
        headers: { ...as("owner"), "content-type": "application/json" },
      });
      expect(await codeOf(setPassword)).toBe("AUTH_FORBIDDEN");
    });

    test("a wrong field is named with its value and what was expected, a secret one without", async () => {
      const create = async (body: unknown) => {
        const { body: text, headers } = json(body);
        const response = await send("/api/v1/publishers", {
          method: "POST",
          body: text,
          headers: { ...headers, ...as("owner") },
        });
        expect(response.status).toBe(400);
        return (await response.json()) as { code: string; message: string };
      };
      expect(await create({ name: "Wrong Name", displayName: "x" })).toMatchObject({
        code: "REQUEST_INVALID",
        message: 'body.name is "Wrong Name"; expected lower-case letters, digits and dashes.',
      });
      expect((await create({ name: 7 })).message).toMatch(/^body\.name is 7; expected string/);
      expect((await create([])).message).toContain("body");
      const short = await send("/api/v1/session/link", {
        method: "POST",
        ...json({ token: "abc" }),
      });
      expect(await short.text()).not.toContain("abc");
    });

    test.each([
      ["no JSON", "{", {}, "REQUEST_INVALID", 400],
      ["another type", "a=b", { "content-type": "text/plain" }, "REQUEST_INVALID", 400],
      ["no body", undefined, {}, "REQUEST_INVALID", 400],
      ["too deep", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, {}, "REQUEST_INVALID", 400],
      ["with a NUL", '{"name":"a","displayName":"a\\u0000"}', {}, "REQUEST_INVALID", 400],
      ["with half a character", '{"name":"a","displayName":"\\ud800"}', {}, "REQUEST_INVALID", 400],
      ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), {}, "REQUEST_INVALID", 400],
      ["too large", `"${"x".repeat(1_048_576)}"`, {}, "REQUEST_TOO_LARGE", 413],
      ["said too large", "{}", { "content-length": "1048577" }, "REQUEST_TOO_LARGE", 413],
    ] as [string, RequestInit["body"], Record<string, string>, string, number][])(
      "a body that is %s is refused",
      async (_what, body, headers, code, status) => {
        const response = await send("/api/v1/publishers", {
          method: "POST",
          ...(body == null ? {} : { body }),
          headers: { "content-type": "application/json", ...as("owner"), ...headers },
        });
        expect([response.status, await codeOf(response)]).toEqual([status, code]);
      },
    );

    test("an endless body is refused at the bound", async () => {
      let sentBytes = 0;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(stream) {
            sentBytes += 65_536;
            stream.enqueue(new Uint8Array(65_536));
          },
        },
        { highWaterMark: 0 },
      );
      const response = await send("/api/v1/publishers", {
        method: "POST",
        body,
        duplex: "half",
        headers: { "content-type": "application/json", ...as("owner") },
      });
      expect(response.status).toBe(413);
      expect(sentBytes).toBeLessThan(1_400_000);
    });

    test.each([
      ["GET", "/api/v1/nothing"],
      ["GET", "/api/v1"],
      ["GET", "/api/v2/session"],
      ["DELETE", "/api/v1/health"],
      ["GET", "/api/v1/health/"],
      ["POST", "/api/v1/auth/sign-up/email"],
      ["GET", "/api/v1/auth/list-sessions"],
      ["POST", "/api/v1/auth/api-key/create"],
      ["POST", "/api/v1/auth/berth/open-session"],
      ["GET", "/api/v1/apps/%2e%2e/x"],
      ["GET", "/api/v1/organizations/%00/installations"],
      ["GET", "/api/v1/apps?search=%00"],
      ["GET", "/api/v1/apps/acme/%zz"],
    ])("%s %s is not there", async (method, path) => {
      const response = await send(path, { method, headers: as("owner") });
      expect([400, 404]).toContain(response.status);
      expect(await codeOf(response)).toMatch(/ROUTE_NOT_FOUND|REQUEST_INVALID/);
      expect(response.headers.get("berth-request-id")).toMatch(/^[0-9a-f]{24}$/);
    });

    test("what fails unforeseen tells nothing, and is logged under its request id", async () => {
      const response = await send(
        addressOf(apiRoutes.listInstallations),
        { headers: as("owner") },
        { requestId: "req-1" },
      );
      expect(response.status).toBe(500);
      const text = await response.text();
      expect(text).toContain("INTERNAL");
      expect(text).not.toContain("secret of the inside");
      expect(response.headers.get("berth-request-id")).toBe("req-1");
      expect(response.headers.get("retry-after")).toBe("1");
      const entry = logged.find(({ requestId }) => requestId === "req-1");
      expect(JSON.stringify(entry)).toContain("a secret of the inside");
    });

    test("every answer is closed to sniffing, framing and caches", async () => {
      const { headers } = await send("/api/v1/health");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    });

    test("a publisher goes the whole way by HTTP: key, package, app, download", async () => {
      const key = generateKeyPair();
      const headers = { ...as("owner"), "content-type": "application/json" };
      const body = JSON.stringify({ publicKey: key.publicKey, label: "laptop" });
      const added = await send("/api/v1/publishers/acme/keys", { method: "POST", body, headers });
      expect(added.status).toBe(201);
      const { archive, signature } = await packSample({ app: "acme/whole", key });
      const publish = (extra: Record<string, string> = {}) =>
        send("/api/v1/publishers/acme/apps/whole/releases", {
          method: "POST",
          body: new Uint8Array(archive),
          headers: {
            ...as("owner"),
            "content-type": "application/x-tar",
            "berth-signature": signature,
            ...extra,
          },
        });
      expect(await codeOf(await publish({ "content-type": "text/plain" }))).toBe("REQUEST_INVALID");
      expect((await publish()).status).toBe(201);
      const again = await publish();
      expect([again.status, await codeOf(again)]).toEqual([409, "RELEASE_EXISTS"]);
      const detail = await send("/api/v1/apps/acme/whole/releases/latest", {
        headers: as("stranger"),
      });
      expect(await detail.json()).toMatchObject({
        signerLabel: "laptop",
        manifest: { id: "whole" },
      });
      const download = await send("/api/v1/apps/acme/whole/releases/1.0.0/package", {
        headers: as("stranger"),
      });
      expect(Buffer.from(await download.arrayBuffer())).toEqual(Buffer.from(archive));
      expect(download.headers.get("berth-signature")).toBe(signature);
      expect(download.headers.get("content-security-policy")).toContain("sandbox");
      const mine = await send("/api/v1/publishers/acme", { headers: as("stranger") });
      expect(await mine.json()).toMatchObject({ keys: [{ keyId: key.keyId, revokedAt: null }] });
      const revoked = await send(`/api/v1/publishers/acme/keys/${key.keyId}`, {
        method: "DELETE",
        headers: as("owner"),
      });
      expect(((await revoked.json()) as { revokedAt: string }).revokedAt).not.toBeNull();
    });
  });
}

/** How the users of an embedding product arrive, through the whole API and by the client's own signer. */
import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { createClient, createEmbeddedClient, createEmbedSigner } from "@berth/client";
import { type EmbedKeyView, embeddedPermissions } from "@berth/protocol/api";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const issuer = "Acme product";
const second = 1_000;

function createKeys(curve: "Ed25519" | "P-256") {
  const { privateKey, publicKey } =
    curve === "Ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKey,
    secret: privateKey.export({ format: "jwk" }),
    jwk: publicKey.export({ format: "jwk" }),
  };
}

for (const kind of databasesUnderTest()) {
  describe(`people of an embedding product on ${kind}`, () => {
    let services: TestServices;
    let api: Api;
    let operatorKey: string;
    let registered: EmbedKeyView;
    const keys = createKeys("Ed25519");
    const ended: string[] = [];

    const clientOf = (apiKey?: string) =>
      createClient({
        baseUrl: consoleOrigin,
        ...(apiKey === undefined ? {} : { apiKey }),
        fetch: (input, init) => api.fetch(new Request(input, init)),
      });
    const register = (jwk: JsonWebKey) =>
      clientOf(operatorKey).call("createEmbedKey", {
        // Made just above, of a kind that the route takes.
        body: { issuer, publicKey: jwk as { kty: "OKP"; crv: "Ed25519"; x: string } },
      });
    const signerOf = (secret: JsonWebKey, keyId: string, audience = consoleOrigin) =>
      createEmbedSigner({ keyId, privateKey: secret, issuer, audience, now: services.clock.now });
    const signed = async (subject = "u-1", role: "member" | "admin" = "member") =>
      (await signerOf(keys.secret, registered.id)).sign({
        ...{ subject, organization: "acme", name: "Ada", role },
      });
    const exchange = (token: string) => clientOf().call("exchangeEmbedToken", { body: { token } });
    /** A token with whatever claims, signed by the registered key unless another is given. */
    function forge(
      claims: Readonly<Record<string, unknown>>,
      header: { alg?: string; kid?: string } = {},
      key = keys.privateKey,
    ) {
      const now = Math.floor(services.clock.now() / second);
      const whole = {
        ...{ iss: issuer, aud: consoleOrigin, sub: "u-1", org: "acme", name: "Ada" },
        ...{ jti: crypto.randomUUID(), iat: now, exp: now + 60, ...claims },
      };
      return new SignJWT(whole)
        .setProtectedHeader({ alg: "EdDSA", kid: registered.id, ...header })
        .sign(key);
    }

    beforeAll(async () => {
      services = await openTestServices(kind);
      api = createTestApi(services);
      const { identity } = services;
      const operator = await identity.createPerson({
        ...{ name: "Operator", email: "operator@example.com", operatorRole: "admin" },
      });
      const { id: ownerId } = await identity.createPerson({
        name: "Owner",
        email: "owner@example.com",
      });
      await identity.createOrganization({ slug: "acme", name: "Acme", ownerId });
      await identity.createOrganization({ slug: "other", name: "Other", ownerId });
      operatorKey = (await identity.createApiKey({ personId: operator.id, name: "test" })).secret;
      registered = await register(keys.jwk);
      identity.onSessionEnd((id) => ended.push(id));
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    test("are made at first sight, known again, and become what the product says", async () => {
      const first = await exchange(await signed("u-first"));
      expect(first).toMatchObject({
        person: { name: "Ada" },
        organization: { slug: "acme", role: "member" },
      });
      const again = await exchange(await signed("u-first", "admin"));
      expect(again.person.id).toBe(first.person.id);
      expect(again.organization.role).toBe("admin");
      const back = await exchange(await signed("u-first"));
      expect(back.organization.role).toBe("member");
      const other = await exchange(await signed("u-second"));
      expect(other.person.id).not.toBe(first.person.id);
      expect(await clientOf(back.accessToken).call("getSession")).toMatchObject({
        person: { id: first.person.id },
        isOperator: false,
        organizations: [{ slug: "acme", role: "member" }],
        by: "embed",
      });
    });

    test("who come by two doors at once are one person", async () => {
      const tokens = await Promise.all([signed("u-twin"), signed("u-twin"), signed("u-twin")]);
      const sessions = await Promise.all(tokens.map(exchange));
      expect(new Set(sessions.map(({ person }) => person.id)).size).toBe(1);
    });

    test("come once by each token", async () => {
      const token = await signed();
      await exchange(token);
      await expect(exchange(token)).rejects.toMatchObject({
        code: "EMBED_TOKEN_INVALID",
        message: expect.stringContaining("was used before"),
      });
      // Also when both come at once.
      const both = await signed();
      const outcomes = await Promise.allSettled([exchange(both), exchange(both)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    });

    test("an owner stays one, whatever the product says", async () => {
      const { person } = await exchange(await signed("u-owner"));
      const acme = await services.identity.findOrganization("acme");
      await services.identity.addMember({
        ...{ organizationId: acme?.id ?? "", personId: person.id, role: "owner" },
      });
      expect((await exchange(await signed("u-owner"))).organization.role).toBe("owner");
    });

    test("reach their organization's routes and nothing that is theirs elsewhere", async () => {
      const { accessToken, person } = await exchange(await signed("u-reach", "admin"));
      const other = await services.identity.findOrganization("other");
      await services.identity.addMember({
        ...{ organizationId: other?.id ?? "", personId: person.id, role: "admin" },
      });
      const embedded = clientOf(accessToken);
      expect((await embedded.call("getSession")).organizations).toMatchObject([{ slug: "acme" }]);
      const params = { organization: "other" };
      await expect(embedded.call("listInstallations", { params })).rejects.toMatchObject({
        code: "ORGANIZATION_NOT_FOUND",
      });
      const refused = { code: "AUTH_FORBIDDEN" };
      await expect(embedded.call("createApiKey", { body: { name: "mine" } })).rejects.toMatchObject(
        refused,
      );
      await expect(embedded.call("listEmbedKeys")).rejects.toMatchObject(refused);
      const password = { body: { password: "correct horse battery" } };
      await expect(embedded.call("setPassword", password)).rejects.toMatchObject(refused);
      const publisher = { body: { name: "mine", displayName: "Mine" } };
      await expect(embedded.call("createPublisher", publisher)).rejects.toMatchObject(refused);
    });

    test("are gone after fifteen minutes, after they left, and with their key", async () => {
      const { accessToken } = await exchange(await signed());
      const embedded = clientOf(accessToken);
      services.clock.advance(900 * second - 1);
      expect((await embedded.call("getSession")).by).toBe("embed");
      services.clock.advance(1);
      await expect(embedded.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });

      const left = clientOf((await exchange(await signed())).accessToken);
      await left.call("endSession");
      expect(ended).toHaveLength(1);
      await expect(left.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });

      const next = createKeys("P-256");
      const rotated = await register(next.jwk);
      expect(rotated.algorithm).toBe("ES256");
      const token = () =>
        signerOf(next.secret, rotated.id).then((signer) =>
          signer.sign({ subject: "u-1", organization: "acme", name: "Ada" }),
        );
      const byNext = clientOf((await exchange(await token())).accessToken);
      expect((await byNext.call("getSession")).by).toBe("embed");
      await clientOf(operatorKey).call("deleteEmbedKey", { params: { key: rotated.id } });
      expect(ended).toHaveLength(2);
      await expect(byNext.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
      await expect(exchange(await token())).rejects.toMatchObject({
        code: "EMBED_TOKEN_INVALID",
        message: expect.stringContaining("not trusted here"),
      });
      const { keys: left_ } = await clientOf(operatorKey).call("listEmbedKeys");
      expect(left_).toEqual([
        expect.objectContaining({ id: registered.id, issuer, algorithm: "EdDSA" }),
      ]);
    });

    test("go over from one key to the next without a gap, and end with the key's end", async () => {
      const next = createKeys("Ed25519");
      const rotated = await register(next.jwk);
      const by = async (secret: JsonWebKey, id: string) =>
        exchange(await (await signerOf(secret, id)).sign({ ...subject }));
      const subject = { subject: "u-rotated", organization: "acme", name: "Ada" };
      const old = clientOf((await by(keys.secret, registered.id)).accessToken);
      const endsAt = new Date(services.clock.now() + 120 * second).toISOString();
      const params = { key: registered.id };
      const operator = clientOf(operatorKey);
      const ending = await operator.call("endEmbedKey", { params, body: { endsAt } });
      expect(ending.endsAt).toBe(endsAt);
      // Both are believed meanwhile.
      const lateByOld = await by(keys.secret, registered.id);
      expect(lateByOld.expiresAt).toBe(endsAt);
      const byNext = clientOf((await by(next.secret, rotated.id)).accessToken);
      services.clock.advance(120 * second);
      await expect(by(keys.secret, registered.id)).rejects.toThrow(/not trusted here/);
      await expect(old.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
      expect((await byNext.call("getSession")).by).toBe("embed");
      await operator.call("endEmbedKey", { params, body: { endsAt: null } });
      // An end that is past already cuts the sessions off now.
      ended.length = 0;
      const cut = clientOf((await by(keys.secret, registered.id)).accessToken);
      const past = new Date(services.clock.now()).toISOString();
      await operator.call("endEmbedKey", { params, body: { endsAt: past } });
      expect(ended).toHaveLength(1);
      await expect(cut.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
      await operator.call("endEmbedKey", { params, body: { endsAt: null } });
      await operator.call("deleteEmbedKey", { params: { key: rotated.id } });
    });

    test("do not come in by a key that ended while their token was read", async () => {
      const { identity, clock } = services;
      const claims = (keyId: string) => ({
        ...{ keyId, issuer, subject: "u-late", organization: "acme", name: "L" },
        ...{ role: "member" as const, groups: undefined, tokenId: `jti-${keyId}` },
        expiresAt: new Date(clock.now() + 60 * second),
      });
      const from = { address: null, requestId: "r" };
      const next = await register(createKeys("Ed25519").jwk);
      const params = { key: next.id };
      const soon = new Date(clock.now() + second).toISOString();
      await clientOf(operatorKey).call("endEmbedKey", { params, body: { endsAt: soon } });
      const opened = await identity.embedSessions.open(claims(next.id), from);
      expect(opened.expiresAt).toBe(soon);
      clock.advance(second);
      for (const isThere of [true, false]) {
        if (!isThere) await clientOf(operatorKey).call("deleteEmbedKey", { params });
        await expect(
          identity.embedSessions.open({ ...claims(next.id), tokenId: "another" }, from),
        ).rejects.toMatchObject({ code: "EMBED_TOKEN_INVALID" });
      }
    });

    test("as admins look after apps, and after nothing that is people's or the log's", async () => {
      const { accessToken } = await exchange(await signed("u-admin", "admin"));
      const client = clientOf(accessToken);
      const params = { organization: "acme" };
      const { organizations } = await client.call("getSession");
      expect(organizations[0]?.role).toBe("admin");
      expect(new Set(organizations[0]?.permissions)).toEqual(embeddedPermissions);
      await expect(client.call("listMembers", { params })).resolves.toBeDefined();
      const body = { email: "x@example.com", role: "admin" };
      await expect(client.call("invite", { params, body })).rejects.toMatchObject({
        ...{ code: "AUTH_FORBIDDEN", details: { permission: "members.manage" } },
        message: expect.stringContaining("the product opened"),
      });
    });

    test("another role or another group that the product says holds at once where they are", async () => {
      const told: string[] = [];
      const stop = services.identity.accessChanges.on(
        ({ personIds }) => void told.push(...personIds),
      );
      const come = async (claims: object) => exchange(await forge({ sub: "u-moved", ...claims }));
      const { person } = await come({ role: "admin" });
      await come({ role: "admin" });
      expect(told).toEqual([]);
      await come({ role: "member" });
      expect(told).toEqual([person.id]);
      await come({ groups: ["Staff"] });
      await come({ groups: ["Staff"] });
      expect(told).toEqual([person.id, person.id]);
      await come({ groups: [] });
      stop();
      expect(told).toHaveLength(3);
    });

    test("are named by what is seen, and by nothing that a database cannot keep", async () => {
      const named = await exchange(await forge({ sub: "u-bidi", name: "Ada\u202ela\u0000 Love" }));
      expect(named.person.name).toBe("Adala Love");
      for (const claims of [{ sub: "a\0b" }, { jti: `${"a".repeat(20)}\0` }, { org: "ac\0me" }]) {
        await expect(exchange(await forge(claims))).rejects.toMatchObject({
          code: "EMBED_TOKEN_INVALID",
        });
      }
    });

    test("are in the groups that the product names, and in no others of its", async () => {
      const acme = await services.identity.findOrganization("acme");
      const groupsOf = async (personId: string) =>
        (
          await services.database.kysely
            .selectFrom("group_member")
            .innerJoin("organization_group", "organization_group.id", "group_member.group_id")
            .select(["organization_group.name"])
            .where("person_id", "=", personId)
            .where("organization_group.organization_id", "=", acme?.id ?? "")
            .orderBy("name")
            .execute()
        ).map(({ name }) => name);
      const come = async (groups?: readonly string[]) => {
        const signer = await signerOf(keys.secret, registered.id);
        const subject = { subject: "u-groups", organization: "acme", name: "Ada" };
        const token = await signer.sign({ ...subject, ...(groups ? { groups } : {}) });
        return (await exchange(token)).person.id;
      };
      const personId = await come(["Sales", "Berlin", "Sales"]);
      expect(await groupsOf(personId)).toEqual(["Berlin", "Sales"]);
      await come();
      expect(await groupsOf(personId)).toEqual(["Berlin", "Sales"]);
      await come(["Sales"]);
      expect(await groupsOf(personId)).toEqual(["Sales"]);
      await come([]);
      expect(await groupsOf(personId)).toEqual([]);
      await expect(exchange(await forge({ groups: "Sales" }))).rejects.toThrow(/groups/);
      await expect(exchange(await forge({ groups: Array(101).fill("x") }))).rejects.toThrow(
        /groups/,
      );
    });

    test.each([
      ["for another Berth", { aud: "https://elsewhere.example" }, /audience/],
      ["of another issuer", { iss: "Other product" }, /issuer/],
      ["without a subject", { sub: undefined }, /sub/],
      ["without an id of its own", { jti: undefined }, /jti/],
      ["with a short id of its own", { jti: "1" }, /jti/],
      ["for an ownership", { role: "owner" }, /role/],
      ["for nobody's name", { name: "" }, /name/],
    ])("a token %s is refused", async (_name, claims, message) => {
      await expect(exchange(await forge(claims))).rejects.toMatchObject({
        ...{ code: "EMBED_TOKEN_INVALID", message: expect.stringMatching(message) },
      });
    });

    test("a token's life is bounded from both ends", async () => {
      const now = Math.floor(services.clock.now() / second);
      await exchange(await forge({ exp: now + 300 }));
      await expect(exchange(await forge({ exp: now + 301 }))).rejects.toThrow(/lives 301 s/);
      // Five seconds for clocks that differ.
      await exchange(await forge({ iat: now - 30, exp: now - 4 }));
      await expect(exchange(await forge({ iat: now - 30, exp: now - 5 }))).rejects.toThrow(
        /expired/,
      );
      await expect(exchange(await forge({ iat: now + 10, exp: now + 60 }))).rejects.toMatchObject({
        code: "EMBED_TOKEN_INVALID",
      });
    });

    test("a token that the key did not sign as it was registered is refused", async () => {
      const lastUse = async () =>
        (await clientOf(operatorKey).call("listEmbedKeys")).keys[0]?.lastUsedAt;
      const used = await lastUse();
      services.clock.advance(second);
      const stranger = createKeys("Ed25519");
      await expect(exchange(await forge({}, {}, stranger.privateKey))).rejects.toThrow(/signature/);
      const [head = "", body = "", signature = ""] = (await forge({})).split(".");
      const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const altered = encode({ ...claims, role: "admin" });
      await expect(exchange(`${head}.${altered}.${signature}`)).rejects.toThrow(/signature/);
      const unsigned = encode({ alg: "none", kid: registered.id });
      await expect(exchange(`${unsigned}.${body}.`)).rejects.toMatchObject({
        code: "EMBED_TOKEN_INVALID",
      });
      // Where the key is said to be, or what it is, is nobody's to say; nor is it found by any other text.
      for (const header of [
        ...[{ jwk: stranger.jwk }, { jku: "http://127.0.0.1:1/keys" }, { kid: "__proto__" }],
        ...["../keys", "' or '1'='1", "a\0b", "\ud800", "", 7, ["x"], null].map((kid) => ({ kid })),
      ]) {
        const pointed = exchange(await forge({}, header as object, stranger.privateKey));
        await expect(pointed, JSON.stringify(header)).rejects.toMatchObject({
          code: "EMBED_TOKEN_INVALID",
        });
      }
      for (const claims of [{ sub: "a\0b" }, { org: "acme\0" }, { jti: `${"x".repeat(16)}\0` }]) {
        await expect(exchange(await forge(claims)), JSON.stringify(claims)).rejects.toMatchObject({
          code: "EMBED_TOKEN_INVALID",
        });
      }
      // The public key, which anybody may know, as the secret of another algorithm.
      const publicText = Buffer.from(String(keys.jwk.x), "base64url");
      const now = Math.floor(services.clock.now() / second);
      const confused = await new SignJWT({ ...claims, iat: now, exp: now + 60 })
        .setProtectedHeader({ alg: "HS256", kid: registered.id })
        .sign(publicText);
      await expect(exchange(confused)).rejects.toThrow(/algorithm/);
      await expect(exchange("x".repeat(40))).rejects.toThrow(/not a signed JSON Web Token/);
      expect(await lastUse()).toBe(used);
      await exchange(await signed());
      expect(await lastUse()).not.toBe(used);
    });

    test("an organization that is not here is named", async () => {
      await expect(exchange(await forge({ org: "nowhere" }))).rejects.toMatchObject({
        code: "ORGANIZATION_NOT_FOUND",
      });
    });

    test("a key that is no key, or not by the operator, is refused", async () => {
      const body = {
        issuer,
        publicKey: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) },
      } as const;
      await expect(clientOf(operatorKey).call("createEmbedKey", { body })).rejects.toMatchObject({
        code: "REQUEST_INVALID",
      });
      await expect(clientOf().call("createEmbedKey", { body })).rejects.toMatchObject({
        code: "AUTH_REQUIRED",
      });
    });

    test("the embedded client exchanges once for all calls, and again before the end", async () => {
      let fetched = 0;
      const client = createEmbeddedClient({
        baseUrl: consoleOrigin,
        fetchToken: () => {
          fetched += 1;
          return signed("u-client");
        },
        fetch: (input, init) => api.fetch(new Request(input, init)),
        now: services.clock.now,
      });
      await Promise.all([client.session(), client.call("getSession"), client.call("getSession")]);
      expect(fetched).toBe(1);
      services.clock.advance(840 * second);
      expect((await client.call("getSession")).by).toBe("embed");
      expect(fetched).toBe(2);
      await client.end();
      await client.session();
      expect(fetched).toBe(3);
    });
  });
}

describe("a page of another origin", () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await openTestServices("pglite");
  }, 60_000);
  afterAll(() => services[Symbol.asyncDispose]());

  const preflight = (origin: string) =>
    new Request(`${consoleOrigin}/api/v1/embed/sessions`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

  test("may call the API when it is one of the product's, without cookies", async () => {
    const api = createTestApi(services);
    const { status, headers } = await api.fetch(preflight(consoleOrigin));
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe(consoleOrigin);
    expect(headers.get("access-control-allow-headers")).toContain("authorization");
    expect(headers.has("access-control-allow-credentials")).toBe(false);
    const answer = await api.fetch(
      new Request(`${consoleOrigin}/api/v1/health`, { headers: { origin: consoleOrigin } }),
    );
    expect(answer.headers.get("access-control-allow-origin")).toBe(consoleOrigin);
    expect(answer.headers.get("vary")).toContain("origin");
  });

  test("gets no leave when it is any other", async () => {
    const api = createTestApi(services);
    const origin = "https://elsewhere.example";
    const { headers } = await api.fetch(preflight(origin));
    expect(headers.has("access-control-allow-origin")).toBe(false);
    const answer = await api.fetch(
      new Request(`${consoleOrigin}/api/v1/health`, { headers: { origin } }),
    );
    expect(answer.headers.has("access-control-allow-origin")).toBe(false);
  });
});

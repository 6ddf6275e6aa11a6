import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { type Claims, createAuthenticator } from "./authenticator.ts";
import { Visitor } from "./visitor.ts";

const ours = { origin: consoleOrigin, rpId: "localhost" };

for (const kind of databasesUnderTest()) {
  describe(`passkeys on ${kind}`, () => {
    let services: TestServices;
    let open: () => Visitor;

    beforeAll(async () => {
      services = await openTestServices(kind);
      const api = createTestApi(services);
      open = () => new Visitor(api);
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    let count = 0;
    /** Signed in by a link, as on the first day. */
    async function someone() {
      count += 1;
      const { identity } = services;
      const person = await identity.createPerson({ name: "P", email: `p${count}@example.com` });
      const { token } = await identity.createSignInLink(person.id);
      const visitor = open();
      await visitor.send("POST", "/session/link", { token });
      return { person, visitor };
    }

    async function challengeOf(visitor: Visitor, path: string): Promise<string> {
      const { body } = await visitor.send("POST", path);
      return (body as { challenge: string }).challenge;
    }
    const add = (visitor: Visitor, response: object) =>
      visitor.send("POST", "/passkeys", { name: "Laptop", response });
    const enter = (visitor: Visitor, response: object) =>
      visitor.send("POST", "/session/passkey", { response });

    async function withPasskey() {
      const { person, visitor } = await someone();
      const device = createAuthenticator(ours);
      const challenge = await challengeOf(visitor, "/passkeys/options");
      const added = await add(visitor, device.register({ challenge }));
      expect(added.status).toBe(201);
      return { person, visitor, device, added };
    }

    test("sign in without a name, and stand for both factors", async () => {
      const { person, device } = await withPasskey();
      const visitor = open();
      const begun = await visitor.send("POST", "/session/passkey/options");
      expect(begun.body).toMatchObject({ rpId: "localhost", userVerification: "required" });
      expect(begun.body).not.toHaveProperty("allowCredentials");
      const { challenge } = begun.body as { challenge: string };
      const signedIn = await enter(visitor, device.signIn({ challenge }));
      expect(signedIn.body).toMatchObject({ person: { id: person.id }, by: "session" });
      const caller = await services.identity.authenticate(
        new Request("http://localhost/", { headers: { cookie: visitor.cookie } }),
      );
      expect(caller?.secondFactorAt).toBe(services.clock.now());
    });

    const lies: readonly (readonly [string, Partial<Claims>])[] = [
      ["another origin", { origin: "https://evil.example" }],
      ["a sibling's origin", { origin: "http://x.localhost:4600" }],
      ["another port", { origin: "http://localhost:4601" }],
      ["another relying party", { rpId: "evil.example" }],
      ["a challenge of its own", { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
      ["a device that asked nobody", { isUserVerified: false }],
    ];
    test("a sign-in with a lie in it is refused, and uses the challenge up", async () => {
      const { device } = await withPasskey();
      for (const [what, lie] of [
        ...lies,
        ["another ceremony", { type: "webauthn.create" as const }] as const,
      ]) {
        const visitor = open();
        const challenge = await challengeOf(visitor, "/session/passkey/options");
        const refused = await enter(visitor, device.signIn({ challenge, ...lie }));
        expect(refused.code, what).toBe("PASSKEY_INVALID");
        expect(visitor.cookies.has("berth.session"), what).toBe(false);
        const truth = await enter(visitor, device.signIn({ challenge }));
        expect(truth.code, what).toBe("PASSKEY_INVALID");
      }
    });

    test("a registration with a lie in it is refused", async () => {
      const { visitor } = await someone();
      for (const [what, lie] of lies) {
        const device = createAuthenticator(ours);
        const challenge = await challengeOf(visitor, "/passkeys/options");
        const refused = await add(visitor, device.register({ challenge, ...lie }));
        expect(refused.code, what).toBe("PASSKEY_INVALID");
      }
      expect((await visitor.send("GET", "/passkeys")).body).toEqual({ passkeys: [] });
    });

    test("an answer works once, in the browser that asked, and for what it asked", async () => {
      const { device, visitor: owner } = await withPasskey();
      const visitor = open();
      const challenge = await challengeOf(visitor, "/session/passkey/options");
      const stolen = open();
      for (const [name, value] of visitor.cookies) stolen.cookies.set(name, value);
      const answer = device.signIn({ challenge, counter: 1 });
      expect((await enter(open(), answer)).code).toBe("PASSKEY_INVALID");
      expect((await enter(visitor, answer)).status).toBe(200);
      expect((await enter(stolen, answer)).code).toBe("PASSKEY_INVALID");
      // A copied device counts from where the copy was made.
      const copy = open();
      const next = await challengeOf(copy, "/session/passkey/options");
      const behind = device.signIn({ challenge: next, counter: 1 });
      expect((await enter(copy, behind)).code).toBe("PASSKEY_INVALID");
      const other = createAuthenticator(ours);
      const mixed = await challengeOf(owner, "/session/passkey/options");
      expect((await add(owner, other.register({ challenge: mixed }))).code).toBe("PASSKEY_INVALID");
      const unknown = open();
      const again = await challengeOf(unknown, "/session/passkey/options");
      expect((await enter(unknown, other.signIn({ challenge: again }))).code).toBe(
        "PASSKEY_INVALID",
      );
    });

    test("prove again who one is, as a second factor, and open no session", async () => {
      const { person, device, visitor } = await withPasskey();
      const begin = () => challengeOf(visitor, "/session/step-up/passkey");
      const stepUp = (by: Visitor, response: object) =>
        by.send("POST", "/session/step-up", { response });
      services.clock.advance(15 * 60_000);
      const shut = await visitor.send("POST", "/passkeys/options");
      expect(shut.body).toMatchObject({
        code: "STEP_UP_REQUIRED",
        details: { by: "passkey", hasPasskey: true },
      });
      for (const [what, lie] of lies) {
        const challenge = await begin();
        const refused = await stepUp(visitor, device.signIn({ challenge, ...lie }));
        expect(refused.code, what).toBe("PASSKEY_INVALID");
        const truth = await stepUp(visitor, device.signIn({ challenge }));
        expect(truth.code, what).toBe("PASSKEY_INVALID");
      }
      // Another person's passkey proves nothing here, and is not offered.
      const other = await withPasskey();
      const { body } = await visitor.send("POST", "/session/step-up/passkey");
      const { challenge, ...asked } = body as { challenge: string };
      const mine = [{ type: "public-key", id: device.signIn({ challenge }).id }];
      expect(asked).toMatchObject({ userVerification: "required", allowCredentials: mine });
      expect((await stepUp(visitor, other.device.signIn({ challenge }))).code).toBe(
        "PASSKEY_INVALID",
      );
      expect((await visitor.send("POST", "/passkeys/options")).code).toBe("STEP_UP_REQUIRED");

      const before = visitor.cookie;
      const answer = device.signIn({ challenge: await begin() });
      expect((await stepUp(visitor, answer)).body).toMatchObject({
        ...{ isOn: false, hasPasskey: true },
        provedAt: new Date(services.clock.now()).toISOString(),
      });
      expect(visitor.cookie).not.toBe(before);
      expect(await services.identity.sessions.list(person.id)).toHaveLength(1);
      expect((await visitor.send("POST", "/passkeys/options")).status).toBe(200);
      expect((await stepUp(visitor, answer)).code).toBe("PASSKEY_INVALID");
      const nobody = await someone();
      expect((await nobody.visitor.send("POST", "/session/step-up/passkey")).code).toBe(
        "PASSKEY_INVALID",
      );
    });

    test("an organization that asks for a second factor takes a passkey for one", async () => {
      const { person, device, visitor } = await withPasskey();
      const slug = `asking-${count}`;
      await services.identity.createOrganization({ slug, name: "O", ownerId: person.id });
      const rules = `/organizations/${slug}/sign-in-rules`;
      const ask = { isSecondFactorRequired: true };
      // Signed in by a link, which proves none; that there is one to prove is said.
      const early = await visitor.send("PUT", rules, ask);
      expect(early.body).toMatchObject({
        code: "SECOND_FACTOR_REQUIRED",
        details: { isSetUp: true },
      });
      const challenge = await challengeOf(visitor, "/session/step-up/passkey");
      const response = device.signIn({ challenge });
      expect((await visitor.send("POST", "/session/step-up", { response })).status).toBe(200);
      expect((await visitor.send("PUT", rules, ask)).status).toBe(200);
      expect((await visitor.send("GET", rules)).body).toEqual(ask);
      // A session that lies open does not lift the rule.
      services.clock.advance(15 * 60_000);
      expect((await visitor.send("PUT", rules, { isSecondFactorRequired: false })).code).toBe(
        "STEP_UP_REQUIRED",
      );
    });

    test("one that another has cannot be taken over, nor named or removed by others", async () => {
      const { device, added, visitor: owner } = await withPasskey();
      const { id } = added.body as { id: string };
      const thief = await someone();
      const challenge = await challengeOf(thief.visitor, "/passkeys/options");
      expect((await add(thief.visitor, device.register({ challenge }))).code).toBe(
        "PASSKEY_INVALID",
      );
      const name = { name: "Mine" };
      expect((await thief.visitor.send("PUT", `/passkeys/${id}`, name)).code).toBe(
        "PASSKEY_INVALID",
      );
      expect((await thief.visitor.send("DELETE", `/passkeys/${id}`)).code).toBe("PASSKEY_INVALID");
      expect((await owner.send("PUT", `/passkeys/${id}`, name)).body).toMatchObject(name);
      expect((await owner.send("DELETE", `/passkeys/${id}`)).status).toBe(204);
      const visitor = open();
      const last = await challengeOf(visitor, "/session/passkey/options");
      expect((await enter(visitor, device.signIn({ challenge: last }))).code).toBe(
        "PASSKEY_INVALID",
      );
    });

    test("what is no answer at all is refused as one", async () => {
      const odd = [
        {},
        { id: 7 },
        { id: "x", response: null },
        { id: { $gt: "" } },
        { id: "' or 1=1 --" },
      ];
      for (const response of odd) {
        const visitor = open();
        await challengeOf(visitor, "/session/passkey/options");
        expect((await enter(visitor, response)).code).toBe("PASSKEY_INVALID");
      }
    });
  });
}

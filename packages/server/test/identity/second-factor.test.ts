import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeAt, counterAt } from "../../src/identity/second-factor/totp.ts";
import { createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { Visitor } from "./visitor.ts";

const password = "correct horse battery";
const stepMs = 30_000;

/** The bytes that a secret in base 32 stands for. */
function decodeBase32(text: string): Uint8Array {
  const bits = [...text]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter))
    .map((value) => value.toString(2).padStart(5, "0"))
    .join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

for (const kind of databasesUnderTest()) {
  describe(`the second factor on ${kind}`, () => {
    let services: TestServices;
    let open: (address?: string) => Visitor;
    let hash: string;

    beforeAll(async () => {
      services = await openTestServices(kind);
      const api = createTestApi(services);
      open = (address) => new Visitor(api, address);
      hash = await (await services.identity.auth.$context).password.hash(password);
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    let count = 0;
    /** With the password, whose hash is made once: it is slow on purpose. */
    async function someone(operatorRole?: "admin" | "support") {
      count += 1;
      const { identity, database, ground } = services;
      const person = await identity.createPerson({
        ...{ name: `Person ${count}`, email: `person${count}@example.com` },
        ...(operatorRole === undefined ? {} : { operatorRole }),
      });
      const updatedAt = new Date(ground.clock.now());
      const account = { id: `acc${count}`, accountId: person.id, userId: person.id, updatedAt };
      await database.kysely
        .insertInto("account")
        .values({ ...account, providerId: "credential", password: hash })
        .execute();
      return person;
    }
    async function byLink(personId: string, address?: string): Promise<Visitor> {
      const { token } = await services.identity.createSignInLink(personId);
      const visitor = open(address);
      await visitor.send("POST", "/session/link", { token });
      return visitor;
    }

    /** Somebody with a second factor, signed in, and their authenticator. */
    async function withFactor() {
      const person = await someone();
      const visitor = await byLink(person.id, `198.51.100.${count}`);
      const begun = await visitor.send("POST", "/second-factor", { password });
      const { secret } = begun.body as { secret: string };
      const code = () => codeAt(decodeBase32(secret), counterAt(services.clock.now()));
      const confirmed = await visitor.send("POST", "/second-factor/confirmation", {
        code: code(),
      });
      const { backupCodes } = confirmed.body as { backupCodes: string[] };
      services.clock.advance(stepMs);
      return { person, visitor, code, secret, backupCodes };
    }

    /** After the first step, without the work that a password is. */
    async function challenged(personId: string): Promise<Visitor> {
      const visitor = open();
      const { cookie } = await services.identity.challenges.open(personId);
      const [pair = ""] = cookie.split(";", 1);
      visitor.cookies.set("berth.challenge", pair.slice(pair.indexOf("=") + 1));
      return visitor;
    }

    const prove = (visitor: Visitor, code: string) =>
      visitor.send("POST", "/session/second-factor", { code });

    test("is set up with the password and a code, and the session gets another cookie", async () => {
      const person = await someone();
      const visitor = await byLink(person.id);
      const before = visitor.cookie;
      expect((await visitor.send("POST", "/second-factor", {})).code).toBe("AUTH_FORBIDDEN");
      const wrong = { password: "wrong password" };
      expect((await visitor.send("POST", "/second-factor", wrong)).code).toBe("AUTH_FORBIDDEN");
      const begun = await visitor.send("POST", "/second-factor", { password });
      const { secret, uri } = begun.body as { secret: string; uri: string };
      expect(uri).toContain(`secret=${secret}`);
      expect((await visitor.send("GET", "/second-factor")).body).toMatchObject({ isOn: false });
      // Begun is not on: a password still signs in.
      expect((await open().signIn(person.email, password)).body).toHaveProperty("person");
      const code = codeAt(decodeBase32(secret), counterAt(services.clock.now()));
      const odd = code === "000000" ? "000001" : "000000";
      expect((await visitor.send("POST", "/second-factor/confirmation", { code: odd })).code).toBe(
        "SECOND_FACTOR_INVALID",
      );
      const confirmed = await visitor.send("POST", "/second-factor/confirmation", { code });
      expect((confirmed.body as { backupCodes: string[] }).backupCodes).toHaveLength(10);
      expect(visitor.cookie).not.toBe(before);
      const state = await visitor.send("GET", "/second-factor");
      expect(state.body).toMatchObject({ isOn: true, backupCodesLeft: 10 });
      const old = open();
      for (const pair of before.split("; ")) {
        const at = pair.indexOf("=");
        old.cookies.set(pair.slice(0, at), pair.slice(at + 1));
      }
      expect((await old.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
    });

    test("the password alone gives a challenge and no session; the code turns it into one", async () => {
      const { person, code } = await withFactor();
      const visitor = open();
      const first = await visitor.signIn(person.email, password);
      expect(Object.keys(first.body as object)).toEqual(["secondFactor"]);
      expect([...visitor.cookies.keys()]).toEqual(["berth.challenge"]);
      expect(first.setCookies.join()).toMatch(/HttpOnly; SameSite=Strict/);
      expect((await visitor.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
      const sessions = await services.identity.sessions.list(person.id);
      expect(sessions).toHaveLength(1);
      const second = await prove(visitor, code());
      expect(second.body).toMatchObject({ person: { id: person.id } });
      expect([...visitor.cookies.keys()]).toEqual(["berth.session"]);
      const caller = await services.identity.authenticate(
        new Request("http://localhost/", { headers: { cookie: visitor.cookie } }),
      );
      expect(caller?.secondFactorAt).toBe(services.clock.now());
    });

    test("a code works once, in its window, also when it is sent four times at the same moment", async () => {
      const { person, code } = await withFactor();
      const now = code();
      // With the two wrong ones after it no more than the five failures that are free.
      const visitors = await Promise.all(Array.from({ length: 4 }, () => challenged(person.id)));
      const answers = await Promise.all(visitors.map((visitor) => prove(visitor, now)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const late = await challenged(person.id);
      expect((await prove(late, now)).code).toBe("SECOND_FACTOR_INVALID");
      services.clock.advance(stepMs);
      // The window still takes the step before, but that one is used up.
      expect((await prove(late, now)).code).toBe("SECOND_FACTOR_INVALID");
      expect((await prove(late, code())).status).toBe(200);
    });

    test("a backup code works once, however it is typed, and is stored hashed", async () => {
      const { person, backupCodes, secret } = await withFactor();
      const [one = ""] = backupCodes;
      const visitor = await challenged(person.id);
      expect((await prove(visitor, one.toUpperCase().replaceAll("-", " "))).status).toBe(200);
      const again = await challenged(person.id);
      expect((await prove(again, one)).code).toBe("SECOND_FACTOR_INVALID");
      const { kysely } = services.database;
      const rows = JSON.stringify([
        await kysely.selectFrom("backup_code").selectAll().execute(),
        await kysely.selectFrom("second_factor").selectAll().execute(),
      ]);
      for (const text of [...backupCodes, secret]) expect(rows).not.toContain(text);
      expect(rows).not.toContain(JSON.stringify([...decodeBase32(secret)]).slice(1, -1));
    });

    test("a challenge is of the browser that took the first step, for five minutes and five codes", async () => {
      const { person, code } = await withFactor();
      expect((await prove(open(), code())).code).toBe("AUTH_REQUIRED");
      const forged = open();
      forged.cookies.set("berth.challenge", "A".repeat(43));
      expect((await prove(forged, code())).code).toBe("AUTH_REQUIRED");
      const slow = await challenged(person.id);
      services.clock.advance(300_000);
      expect((await prove(slow, code())).code).toBe("AUTH_REQUIRED");
      const guessing = await challenged(person.id);
      for (let at = 0; at < 5; at++) {
        expect((await prove(guessing, "not-it")).code).toBe("SECOND_FACTOR_INVALID");
      }
      expect((await prove(guessing, code())).code).toBe("AUTH_REQUIRED");
      // Another first step does not help: codes are counted per person, and one more makes them wait.
      const next = await challenged(person.id);
      expect((await prove(next, "not-it")).code).toBe("SECOND_FACTOR_INVALID");
      const locked = await prove(next, code());
      expect(locked.code).toBe("RATE_LIMITED");
      services.clock.advance(60_000);
      expect((await prove(next, code())).status).toBe(200);
    });

    test("a changed password takes the challenges of the old one away", async () => {
      const { person, visitor, code } = await withFactor();
      const thief = open();
      await thief.signIn(person.email, password);
      const change = { password: "another good password", current: password };
      expect((await visitor.send("PUT", "/session/password", change)).status).toBe(204);
      expect((await prove(thief, code())).code).toBe("AUTH_REQUIRED");
    });

    test("is turned off only by a fresh code and the password", async () => {
      const { person, visitor, code } = await withFactor();
      const end = (body: object) => visitor.send("POST", "/second-factor/end", body);
      const wrong = "wrong password";
      expect((await end({ code: code(), password: wrong })).code).toBe("AUTH_FORBIDDEN");
      expect((await end({ code: code() })).code).toBe("AUTH_FORBIDDEN");
      expect((await end({ code: "not-it", password })).code).toBe("SECOND_FACTOR_INVALID");
      expect((await visitor.send("POST", "/second-factor", { password })).code).toBe(
        "REQUEST_INVALID",
      );
      expect((await end({ code: code(), password })).status).toBe(204);
      expect((await open().signIn(person.email, password)).body).toHaveProperty("person");
      await services.trail.flush();
      const acts = await services.database.kysely
        .selectFrom("trail_entry")
        .selectAll()
        .orderBy("index")
        .execute();
      const own = acts
        .map(({ body }) => JSON.parse(body ?? "null") as { action: string; target: { id: string } })
        .filter(({ target }) => target.id === person.id)
        .map(({ action }) => action);
      expect(own).toEqual([
        ...["person.create", "session.open", "second-factor.on", "second-factor.off"],
        "session.open",
      ]);
    });

    test("new backup codes need a code, and take the place of the old ones", async () => {
      const { person, visitor, code, backupCodes } = await withFactor();
      const renewed = await visitor.send("POST", "/second-factor/backup-codes", { code: code() });
      const { backupCodes: next } = renewed.body as { backupCodes: string[] };
      expect(new Set([...backupCodes, ...next]).size).toBe(20);
      const other = await challenged(person.id);
      expect((await prove(other, backupCodes[0] ?? "")).code).toBe("SECOND_FACTOR_INVALID");
      expect((await prove(other, next[0] ?? "")).status).toBe(200);
    });

    test("what makes a lasting way in needs a proof of the last minutes", async () => {
      const { visitor, code } = await withFactor();
      const make = () => visitor.send("POST", "/api-keys", { name: "k" });
      expect((await make()).status).toBe(201);
      services.clock.advance(15 * 60_000);
      const refused = await make();
      expect(refused.code).toBe("STEP_UP_REQUIRED");
      expect(refused.body).toMatchObject({ details: { by: "second-factor" } });
      expect((await visitor.send("POST", "/passkeys/options")).code).toBe("STEP_UP_REQUIRED");
      const before = visitor.cookie;
      expect((await visitor.send("POST", "/session/step-up", { password })).code).toBe(
        "REQUEST_INVALID",
      );
      const stepped = await visitor.send("POST", "/session/step-up", { code: code() });
      expect(stepped.body).toMatchObject({
        provedAt: new Date(services.clock.now()).toISOString(),
      });
      expect(visitor.cookie).not.toBe(before);
      expect((await make()).status).toBe(201);
      expect((await visitor.send("POST", "/passkeys/options")).status).toBe(200);
    });

    test("an organization that asks for it is closed to members who have not shown it", async () => {
      const { person: owner, visitor } = await withFactor();
      const member = await someone();
      const slug = `asking-${count}`;
      const { identity } = services;
      const { id } = await identity.createOrganization({ slug, name: "O", ownerId: owner.id });
      await identity.addMember({ organizationId: id, personId: member.id, role: "admin" });
      const rules = `/organizations/${slug}/sign-in-rules`;
      const theirs = await byLink(member.id);
      const ask = { isSecondFactorRequired: true };
      // Whoever has none would shut themselves out.
      expect((await theirs.send("PUT", rules, ask)).code).toBe("SECOND_FACTOR_REQUIRED");
      expect((await visitor.send("PUT", rules, ask)).status).toBe(200);
      const shut = await theirs.send("GET", rules);
      expect(shut.code).toBe("SECOND_FACTOR_REQUIRED");
      expect(shut.body).toMatchObject({ details: { isSetUp: false } });
      const { secret } = await identity.createApiKey({ personId: member.id, name: "k" });
      const byKey = { authorization: `Bearer ${secret}` };
      expect((await open().send("GET", rules, undefined, byKey)).code).toBe(
        "SECOND_FACTOR_REQUIRED",
      );
      // What sets one up stays open.
      const begun = await theirs.send("POST", "/second-factor", { password });
      const bytes = decodeBase32((begun.body as { secret: string }).secret);
      const code = codeAt(bytes, counterAt(services.clock.now()));
      await theirs.send("POST", "/second-factor/confirmation", { code });
      expect((await theirs.send("GET", rules)).body).toEqual(ask);
      expect((await open().send("GET", rules, undefined, byKey)).status).toBe(200);
      // A session from before that never showed it stays out.
      const { headers } = await identity.auth.api.openSession({
        body: {
          ...{ personId: member.id, now: new Date(services.clock.now()), secondFactorAt: null },
          ...{ expiresAt: new Date(services.clock.now() + 60_000), address: "", userAgent: "" },
        },
        returnHeaders: true,
      });
      const bare = open();
      const [pair = ""] = headers.getSetCookie()[0]?.split(";") ?? [];
      bare.cookies.set("berth.session", pair.slice(pair.indexOf("=") + 1));
      const owes = await bare.send("GET", rules);
      expect(owes.body).toMatchObject({
        code: "SECOND_FACTOR_REQUIRED",
        details: { isSetUp: true },
      });
    });

    test("support removes it for who may do no more than support, and ends their sessions", async () => {
      const { person, visitor } = await withFactor();
      const admin = await someone("admin");
      const desk = await byLink((await someone("support")).id);
      expect((await desk.send("GET", `/people/${person.email}/sign-in`)).body).toMatchObject({
        person: { id: person.id },
        hasSecondFactor: true,
        sessions: [{ device: "Firefox on Linux" }],
      });
      expect((await desk.send("DELETE", `/people/${admin.id}/second-factor`)).code).toBe(
        "AUTH_FORBIDDEN",
      );
      // Who lost the one lost the other: a passkey that is left would be asked for again.
      await services.database.kysely
        .insertInto("passkey")
        .values({
          ...{
            id: "lost",
            name: "Phone",
            userId: person.id,
            credentialID: "lost",
            backedUp: false,
          },
          ...{ createdAt: null, recorded_at: new Date(services.clock.now()) },
          ...({ publicKey: "k", counter: 0, deviceType: "singleDevice" } as object),
        })
        .execute();
      expect((await desk.send("DELETE", `/people/${person.id}/second-factor`)).status).toBe(204);
      expect(await services.identity.passkeys.list(person.id)).toEqual([]);
      expect((await visitor.send("GET", "/session")).code).toBe("AUTH_REQUIRED");
      expect((await open().signIn(person.email, password)).body).toHaveProperty("person");
      expect((await visitor.send("DELETE", `/people/${person.id}/sessions`)).status).toBe(401);
    });
  });
}

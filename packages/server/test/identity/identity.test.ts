import { createHash } from "node:crypto";
import { parseInstallationId } from "@berth/protocol";
import { permissionsOfOrganizationRole } from "@berth/protocol/api";
import { getMigrations } from "better-auth/db/migration";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bySystem } from "../../src/http/actor.ts";
import type { SignedIn, SignIn } from "../../src/identity/sign-in.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const password = "correct horse battery";
const address = "192.0.2.1";

for (const kind of databasesUnderTest()) {
  describe(`identity on ${kind}`, () => {
    let services: TestServices;
    let signIn: Pick<SignIn, "end" | "setPassword"> & {
      byPassword(proof: { email: string; password: string; address: string }): Promise<SignedIn>;
      byLink(proof: { token: string }): Promise<SignedIn>;
    };
    const logged: string[] = [];
    const ended: string[] = [];

    beforeAll(async () => {
      const logger = pino({ level: "trace" }, { write: (line: string) => void logged.push(line) });
      services = await openTestServices(kind, { logger });
      const { identity } = services;
      const from = (address: string) => ({ address, headers: new Headers() });
      signIn = {
        ...identity.signIn,
        async byPassword({ address: client, ...proof }) {
          const step = await identity.signIn.byPassword({ ...proof, visitor: from(client) });
          if ("personId" in step) return step;
          throw new Error("Nobody here has a second factor.");
        },
        byLink: (proof) => identity.signIn.byLink({ ...proof, visitor: from(address) }),
      };
      identity.onSessionEnd((id) => ended.push(id));
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    let count = 0;
    const someone = (withPassword = true) => {
      count += 1;
      const email = `Person${count}@Example.com`;
      return services.identity.createPerson({
        name: `Person ${count}`,
        email,
        ...(withPassword ? { password } : {}),
      });
    };
    const requestWith = (headers: Record<string, string>) =>
      new Request("http://localhost/", { headers });
    const cookieOf = (cookies: readonly string[]) =>
      cookies.map((cookie) => cookie.split(";")[0]).join("; ");

    test("the tables are what better-auth asks for", async () => {
      const { toBeAdded, toBeCreated } = await getMigrations(services.identity.auth.options);
      expect(toBeCreated).toEqual([]);
      expect(toBeAdded).toEqual([]);
    });

    test("a password opens a session whose cookie is out of reach of scripts and other hosts", async () => {
      const person = await someone();
      const { cookies, personId } = await signIn.byPassword({
        email: person.email.toUpperCase(),
        password,
        address,
      });
      expect(personId).toBe(person.id);
      const [cookie = ""] = cookies;
      expect(cookie).toMatch(/^berth\.session=/);
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite=Lax/i);
      expect(cookie).not.toMatch(/Domain=/i);
      const caller = await services.identity.authenticate(
        requestWith({ cookie: cookieOf(cookies) }),
      );
      expect(caller).toMatchObject({ personId: person.id, by: "session", isOperator: false });
    });

    test("a forged, altered or ended session is nobody's", async () => {
      const person = await someone();
      const { cookies } = await signIn.byPassword({ email: person.email, password, address });
      const cookie = cookieOf(cookies);
      const { authenticate } = services.identity;
      const [name, value = ""] = cookie.split("=");
      const token = decodeURIComponent(value).split(".")[0];
      for (const wrong of ["", "x", `${token}`, `${token}.AAAA`, `${value.slice(0, -4)}AAA%3D`]) {
        expect(await authenticate(requestWith({ cookie: `${name}=${wrong}` }))).toBeNull();
      }
      const session = (await authenticate(requestWith({ cookie })))?.sessionId;
      const ending = await signIn.end(new Headers({ cookie }));
      expect(ended).toContain(session);
      expect(ending.join()).toMatch(/Max-Age=0/i);
      expect(await authenticate(requestWith({ cookie }))).toBeNull();
    });

    test("an unknown address and a wrong password get the same answer", async () => {
      const person = await someone();
      const failures = await Promise.all(
        [
          { email: person.email, password: "wrong password" },
          { email: "nobody@example.com", password: "wrong password" },
          { email: "no address", password },
          { email: (await someone(false)).email, password },
        ].map((proof) =>
          signIn.byPassword({ ...proof, address: "192.0.2.2" }).catch((error: unknown) => error),
        ),
      );
      const seen = failures.map((error) => {
        const { code, message } = error as { code?: string; message?: string };
        return `${code} ${message}`;
      });
      expect(new Set(seen).size).toBe(1);
      expect(seen[0]).toMatch(/^AUTH_REQUIRED /);
    });

    test("wrong passwords are refused after ten, until the window has passed", async () => {
      const person = await someone();
      const attempt = (text: string) =>
        signIn.byPassword({ email: person.email, password: text, address: "192.0.2.3" });
      for (let at = 0; at < 10; at++) {
        await expect(attempt("wrong password")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
      }
      await expect(attempt(password)).rejects.toMatchObject({
        code: "RATE_LIMITED",
        details: { retryAfterSeconds: 300 },
      });
      services.clock.advance(300_000);
      await expect(attempt(password)).resolves.toMatchObject({ personId: person.id });
    });

    // Twenty-five password hashes, which are slow on purpose.
    test("many guesses at once get no further than one after another", async () => {
      const person = await someone();
      const guesses = await Promise.allSettled(
        Array.from({ length: 25 }, () =>
          signIn.byPassword({
            email: person.email,
            password: "wrong password",
            address: "192.0.2.9",
          }),
        ),
      );
      const codes = guesses.map((guess) => guess.status === "rejected" && guess.reason.code);
      expect(codes.filter((code) => code === "AUTH_REQUIRED")).toHaveLength(10);
      expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(15);
    });

    test("a sign-in link works once, also when it is used twice at the same moment", async () => {
      const person = await someone(false);
      const { token, expiresAt } = await services.identity.createSignInLink(person.id);
      expect(expiresAt.getTime() - services.clock.now()).toBe(600_000);
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => signIn.byLink({ token })));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const fulfilled = outcomes.find((outcome) => outcome.status === "fulfilled");
      const cookie = cookieOf(fulfilled?.value.cookies ?? []);
      expect(await services.identity.authenticate(requestWith({ cookie }))).toMatchObject({
        personId: person.id,
      });
      await expect(signIn.byLink({ token })).rejects.toMatchObject({
        code: "SIGN_IN_LINK_INVALID",
      });
    });

    test("a sign-in link ends after ten minutes to the millisecond, and another's token is none", async () => {
      const person = await someone(false);
      const early = await services.identity.createSignInLink(person.id);
      services.clock.advance(599_999);
      await signIn.byLink({ token: early.token });
      const late = await services.identity.createSignInLink(person.id);
      services.clock.advance(600_000);
      const refused = { code: "SIGN_IN_LINK_INVALID" };
      await expect(signIn.byLink({ token: late.token })).rejects.toMatchObject(refused);
      await expect(signIn.byLink({ token: "x".repeat(43) })).rejects.toMatchObject(refused);
    });

    test("neither link tokens, passwords, keys nor sessions are in the database or the log in clear", async () => {
      const person = await someone();
      const { token } = await services.identity.createSignInLink(person.id);
      const { secret } = await services.identity.createApiKey({ personId: person.id, name: "k" });
      await signIn.byPassword({ email: person.email, password, address: "192.0.2.6" });
      const { kysely } = services.database;
      const rows = JSON.stringify([
        await kysely.selectFrom("sign_in_link").selectAll().execute(),
        await kysely.selectFrom("account").selectAll().execute(),
        await kysely.selectFrom("api_key").selectAll().execute(),
      ]);
      for (const text of [token, password, secret]) {
        expect(rows).not.toContain(text);
        expect(logged.join()).not.toContain(text);
      }
      expect(rows).toContain(createHash("sha256").update(token).digest("hex"));
    });

    test("an API key acts as its person, beyond ten calls, until it is deleted", async () => {
      const person = await someone();
      const { authenticate } = services.identity;
      const { id, secret } = await services.identity.createApiKey({
        personId: person.id,
        name: "script",
      });
      expect(secret).toMatch(/^berth_/);
      for (let at = 0; at < 15; at++) {
        const headers: Record<string, string> =
          at % 2 === 0 ? { authorization: `Bearer ${secret}` } : { "x-api-key": secret };
        expect(await authenticate(requestWith(headers))).toMatchObject({
          personId: person.id,
          by: "key",
        });
      }
      await services.database.kysely.deleteFrom("api_key").where("id", "=", id).execute();
      expect(await authenticate(requestWith({ "x-api-key": secret }))).toBeNull();
    });

    test("a wrong key is not made good by a session that comes with it", async () => {
      const person = await someone();
      const { cookies } = await signIn.byPassword({
        email: person.email,
        password,
        address: "192.0.2.7",
      });
      const cookie = cookieOf(cookies);
      for (const authorization of ["Bearer berth_wrong", "Bearer x", "Basic eDp5", "Bearer "]) {
        const request = requestWith({ cookie, authorization });
        expect(await services.identity.authenticate(request)).toBeNull();
      }
    });

    test("setting a password needs the current one and ends the other sessions", async () => {
      const person = await someone();
      const from = { email: person.email, address: "192.0.2.8" };
      const mine = cookieOf((await signIn.byPassword({ ...from, password })).cookies);
      const other = cookieOf((await signIn.byPassword({ ...from, password })).cookies);
      const change = (current: string | undefined, next = "another good password") =>
        signIn.setPassword({
          personId: person.id,
          password: next,
          current,
          requireFresh: () => undefined,
          headers: new Headers({ cookie: mine }),
          origin: bySystem,
        });
      await expect(change(undefined)).rejects.toMatchObject({ code: "AUTH_FORBIDDEN" });
      await expect(change("wrong password")).rejects.toMatchObject({ code: "AUTH_FORBIDDEN" });
      await expect(change(password, "short")).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      const { authenticate } = services.identity;
      const sessionOf = async (cookie: string) =>
        (await authenticate(requestWith({ cookie })))?.sessionId;
      const sessions = [await sessionOf(mine), await sessionOf(other)];
      await change(password);
      expect(sessions.map((session) => ended.includes(session ?? ""))).toEqual([false, true]);
      expect(await authenticate(requestWith({ cookie: mine }))).not.toBeNull();
      expect(await authenticate(requestWith({ cookie: other }))).toBeNull();
      await expect(signIn.byPassword({ ...from, password })).rejects.toMatchObject({
        code: "AUTH_REQUIRED",
      });
    });

    test("two passwords at once leave one; links and challenges from before are over", async () => {
      const { identity, database } = services;
      const { id, email } = await identity.createPerson({ name: "N", email: "none@example.com" });
      const { token } = await identity.createSignInLink(id);
      await identity.challenges.open(id);
      const set = (next: string) =>
        signIn.setPassword({
          ...{ personId: id, password: next, current: undefined, requireFresh: () => undefined },
          ...{ headers: new Headers(), origin: bySystem },
        });
      await Promise.all([set("first good password"), set("other good password")]);
      for (const table of ["account", "sign_in_challenge", "sign_in_link"] as const) {
        const column = table === "account" ? "account.userId" : `${table}.person_id`;
        const rows = await database.kysely
          .selectFrom(table)
          .select((by) => by.fn.countAll<string>().as("count"))
          .where(sql.ref(column), "=", id)
          .executeTakeFirstOrThrow();
        expect([table, Number(rows.count)]).toEqual([table, table === "account" ? 1 : 0]);
      }
      await expect(identity.links.redeem(token)).rejects.toMatchObject({
        code: "SIGN_IN_LINK_INVALID",
      });
      // Who has none yet proves otherwise that it is them.
      const other = await identity.createPerson({ name: "O", email: "open@example.com" });
      const refused = new Error("not fresh");
      await expect(
        signIn.setPassword({
          ...{ personId: other.id, password: "a good password", current: undefined },
          requireFresh: () => {
            throw refused;
          },
          ...{ headers: new Headers(), origin: bySystem },
        }),
      ).rejects.toBe(refused);
      expect(email).toBe("none@example.com");
    });

    test("people and organizations: one address, one slug, and only members are members", async () => {
      const { identity } = services;
      const owner = await someone();
      const stranger = await someone();
      await expect(
        identity.createPerson({ name: "Twin", email: owner.email }),
      ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      const slug = `org-${count}`;
      const made = await identity.createOrganization({ slug, name: "Org", ownerId: owner.id });
      await expect(
        identity.createOrganization({ slug, name: "Org", ownerId: owner.id }),
      ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      expect(await identity.findMembership(slug, owner.id)).toMatchObject({ role: "owner" });
      expect(await identity.findMembership(slug, stranger.id)).toBeUndefined();
      const member = { organizationId: made.id, personId: stranger.id };
      await identity.addMember({ ...member, role: "member" });
      await identity.addMember({ ...member, role: "admin" });
      expect(await identity.listMemberships(stranger.id)).toEqual([
        {
          ...{ ...made, role: "admin", roleName: "admin" },
          permissions: permissionsOfOrganizationRole.admin,
        },
      ]);
      expect(await identity.findOrganization(slug)).toEqual(made);
      expect(await identity.findOrganization(made.id)).toEqual(made);
    });

    test("a pseudonym is stable, and tells nothing across installations", async () => {
      const [one, two] = ["0", "1"].map((digit) => parseInstallationId(`i${digit.repeat(26)}`));
      const { pseudonym } = services.identity;
      if (one === undefined || two === undefined) throw new Error("Two ids were made.");
      expect(pseudonym(one, "p")).toBe(pseudonym(one, "p"));
      expect(new Set([pseudonym(one, "p"), pseudonym(two, "p"), pseudonym(one, "q")]).size).toBe(3);
    });

    test("the first operator is found, and only operators are", async () => {
      const { identity } = services;
      expect(await identity.findOperator()).toBeUndefined();
      const operator = await identity.createPerson({
        name: "Op",
        email: "op@example.com",
        operatorRole: "admin",
      });
      expect(await identity.findOperator()).toEqual(operator);
      expect(await identity.findPerson("OP@example.com")).toEqual(operator);
    });
  });
}

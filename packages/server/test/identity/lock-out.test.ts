import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LockKey, LockOut } from "../../src/identity/lock-out.ts";
import { lockKeysOf } from "../../src/identity/sign-in.ts";
import { createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { Visitor } from "./visitor.ts";

const password = "correct horse battery";
const minuteMs = 60_000;

for (const kind of databasesUnderTest()) {
  describe(`locks on ${kind}`, () => {
    let services: TestServices;
    let lockOut: LockOut;

    beforeAll(async () => {
      services = await openTestServices(kind);
      lockOut = services.identity.lockOut;
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    /** As on a node that knows nothing of the attempts before. */
    const restarted = (address: string) =>
      new Visitor(createTestApi({ ...services, identity: services.reopenIdentity() }), address);
    const waitOf = async (key: LockKey) => {
      const error: unknown = await lockOut.begin([key]).catch((refused: unknown) => refused);
      if (error === undefined) return 0;
      return (error as { details: { retryAfterSeconds: number } }).details.retryAfterSeconds;
    };
    const failures = async (key: LockKey, times: number) => {
      for (let at = 0; at < times; at++) await lockOut.begin([key]);
    };

    test("after its free failures each one doubles the wait, up to the longest", async () => {
      const key = { kind: "secondFactor", of: "one" } as const;
      await failures(key, 6);
      const waits: number[] = [];
      for (let at = 0; at < 8; at++) {
        const wait = await waitOf(key);
        waits.push(wait);
        // Knocking while it waits makes it no longer.
        expect(await waitOf(key)).toBe(wait);
        services.clock.advance(wait * 1_000);
        await lockOut.begin([key]);
      }
      // Half an hour of waiting forgets one failure.
      expect(waits.map((seconds) => seconds / 60)).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
    });

    test("time forgets failures one by one, and a success all of them", async () => {
      const key = { kind: "secondFactor", of: "two" } as const;
      await failures(key, 5);
      services.clock.advance(30 * minuteMs);
      expect(await waitOf(key)).toBe(0);
      expect(await waitOf(key)).toBe(0);
      expect(await waitOf(key)).toBe(60);
      await lockOut.forgive([key]);
      await failures(key, 5);
      expect(await lockOut.lockedUntil(key)).toBeNull();
    });

    test("many attempts at once get no further than one after another", async () => {
      const key = { kind: "secondFactor", of: "three" } as const;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () => lockOut.begin([key])),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(6);
    });

    test("a success of one's own does not clear an address of its other failures", async () => {
      const address = { kind: "address", of: "203.0.113.1" } as const;
      await failures(address, 60);
      await lockOut.begin([address]);
      const wait = await waitOf(address);
      expect(wait).toBe(60);
      services.clock.advance(wait * 1_000);
      await lockOut.begin([address]);
      await lockOut.forgive([address]);
      await lockOut.begin([address]);
      expect(await waitOf(address)).toBeGreaterThanOrEqual(60);
    });

    test("hold on another node, and tell an unknown account from a known one by nothing", async () => {
      const { identity, database } = services;
      const known = await identity.createPerson({
        ...{ name: "K", email: "known@example.com", password },
      });
      const address = "203.0.113.5";
      const answers: string[][] = [];
      for (const email of [known.email, "unknown@example.com"]) {
        for (let at = 0; at < 10; at++) await lockOut.begin(lockKeysOf(email, address));
        const seen: string[] = [];
        for (let at = 0; at < 2; at++) {
          const { code, body } = await restarted(address).signIn(email, "wrong one");
          seen.push(`${code} ${(body as { message: string }).message}`);
        }
        answers.push(seen);
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toEqual([
        expect.stringMatching(/^AUTH_REQUIRED /),
        expect.stringMatching(/^RATE_LIMITED .* 300 s/),
      ]);
      expect((await restarted(address).signIn(known.email, password)).code).toBe("RATE_LIMITED");
      // Its owner comes from elsewhere, and is not shut out by that one.
      expect((await restarted("192.0.2.9").signIn(known.email, password)).status).toBe(200);
      const rows = await database.kysely.selectFrom("lock_out").selectAll().execute();
      expect(JSON.stringify(rows)).not.toContain("example.com");
    });

    test("many addresses against one account make it wait, until support lifts it", async () => {
      const { identity } = services;
      const person = await identity.createPerson({
        ...{ name: "T", email: "target@example.com", password },
      });
      const desk = await identity.createPerson({
        ...{ name: "S", email: "desk@example.com", operatorRole: "support" as const },
      });
      for (let at = 0; at < 31; at++) {
        await lockOut.begin(lockKeysOf(person.email, `198.51.100.${at}`));
      }
      expect((await restarted("192.0.2.10").signIn(person.email, password)).code).toBe(
        "RATE_LIMITED",
      );
      const { token } = await identity.createSignInLink(desk.id);
      const support = restarted("192.0.2.11");
      await support.send("POST", "/session/link", { token });
      const path = `/people/${person.id}`;
      const state = await support.send("GET", `${path}/sign-in`);
      const { lockedUntil } = state.body as { lockedUntil: string };
      expect(Date.parse(lockedUntil)).toBeGreaterThan(services.clock.now());
      expect((await support.send("DELETE", `${path}/lock-out`)).status).toBe(204);
      expect((await restarted("192.0.2.10").signIn(person.email, password)).status).toBe(200);
    });

    test("strangers do not shut out who is signed in from their own network, and knocking prolongs nothing", async () => {
      const { identity, clock } = services;
      const person = await identity.createPerson({
        ...{ name: "V", email: "victim@example.com", password },
      });
      const api = createTestApi({ ...services, identity: services.reopenIdentity() });
      const own = new Visitor(api, "192.0.2.60");
      expect((await own.signIn(person.email, password)).status).toBe(200);
      for (let at = 0; at < 31; at++) {
        await lockOut.begin(lockKeysOf(person.email, `198.51.100.${at}`));
      }
      expect((await new Visitor(api, "192.0.2.61").signIn(person.email, password)).code).toBe(
        "RATE_LIMITED",
      );
      expect((await own.signIn(person.email, password)).status).toBe(200);
      // That one was let in does not give the strangers their guesses back.
      expect(await lockOut.lockedUntil({ kind: "account", of: person.email })).not.toBeNull();
      for (let at = 0; at < 110; at++) {
        const stranger = new Visitor(api, `203.0.113.${at}`);
        expect((await stranger.signIn(person.email, "wrong one")).code).toBe("RATE_LIMITED");
      }
      clock.advance(minuteMs);
      expect((await new Visitor(api, "192.0.2.61").signIn(person.email, password)).status).toBe(
        200,
      );
    });

    test("what is over is forgotten in the table too", async () => {
      services.clock.advance(400 * 24 * 60 * minuteMs);
      await lockOut.begin([{ kind: "account", of: "last" }]);
      const rows = await services.database.kysely.selectFrom("lock_out").selectAll().execute();
      expect(rows).toHaveLength(1);
    });
  });
}

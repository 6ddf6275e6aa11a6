/** What asks again who is there: every declaration against the lists, and what proves it. */
import { apiRoutes, type RouteDefinition } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "../../src/http/api.ts";
import { checkStepUp, freshMs } from "../../src/http/step-up.ts";
import { Visitor } from "../identity/visitor.ts";
import { createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { asksAlways, asksNot, asksWhereAsked } from "./step-up-table.ts";

const routes = Object.values<RouteDefinition>(apiRoutes);
const nameOf = ({ method, path }: RouteDefinition) => `${method.toUpperCase()} ${path}`;
const namesOf = (stepUp: RouteDefinition["stepUp"]) =>
  routes
    .filter((each) => each.method !== "get" && each.stepUp === stepUp)
    .map(nameOf)
    .sort();

describe("every route that is no reading", () => {
  test("asks again, or does not, as the lists say", () => {
    expect(namesOf("always")).toEqual([...asksAlways].sort());
    expect(namesOf("where-asked")).toEqual([...asksWhereAsked].sort());
    expect(namesOf(undefined)).toEqual([...asksNot].sort());
  });

  test("and no reading does", () => {
    const asking = routes.filter(({ method, stepUp }) => method === "get" && stepUp !== undefined);
    expect(asking.map(nameOf)).toEqual([]);
  });
});

describe("a proof", () => {
  const now = 1_000_000_000;
  const person: Caller = {
    ...{ kind: "person", personId: "per1", name: "P", email: "p@example.com", by: "session" },
    ...{ isOperator: false, operatorPermissions: new Set(), sessionId: "s" },
    ...{ provedAt: now, secondFactorAt: now, hasSecondFactor: true },
    asksSecondFactorFor: new Set(["org1"]),
  };
  const outcome = (
    stepUp: "always" | "where-asked" | undefined,
    more: Partial<Caller>,
    where: string | null = "org1",
  ): string => {
    const route = {
      method: "post",
      path: "/x",
      ...(stepUp === undefined ? {} : { stepUp }),
    } as const;
    const place = where === null ? {} : { where };
    try {
      checkStepUp(route, { caller: { ...person, ...more }, now, ...place });
      return "passes";
    } catch (error) {
      const { code, details } = error as { code: string; details?: { by?: string } };
      return details?.by === undefined ? code : `${code} ${details.by}`;
    }
  };
  const stale = { provedAt: now - freshMs, secondFactorAt: now - freshMs };

  test("is fresh for less than fifteen minutes, and is asked for where a second factor is", () => {
    expect(outcome("where-asked", {})).toBe("passes");
    expect(outcome("where-asked", { secondFactorAt: now - freshMs + 1 })).toBe("passes");
    expect(outcome("where-asked", stale)).toBe("STEP_UP_REQUIRED second-factor");
    expect(outcome("where-asked", { ...stale, provedAt: now })).toBe(
      "STEP_UP_REQUIRED second-factor",
    );
    expect(outcome("where-asked", stale, "org2")).toBe("passes");
    const everywhere = { ...stale, asksSecondFactorFor: new Set(["everywhere"]) };
    expect(outcome("where-asked", everywhere, "org2")).toBe("STEP_UP_REQUIRED second-factor");
    expect(outcome(undefined, stale)).toBe("passes");
  });

  test("of a lasting way in is asked for everywhere, by a factor where one is asked for and set up", () => {
    const nowhere = { asksSecondFactorFor: new Set<string>() };
    expect(outcome("always", { ...nowhere, secondFactorAt: null }, null)).toBe("passes");
    expect(outcome("always", { ...nowhere, ...stale }, null)).toBe(
      "STEP_UP_REQUIRED second-factor",
    );
    // Signed in by the password alone, with a passkey that was not used.
    const byPassword = { secondFactorAt: null, hasSecondFactor: false, hasPasskey: true };
    expect(outcome("always", byPassword, null)).toBe("STEP_UP_REQUIRED passkey");
    expect(outcome("always", { ...byPassword, ...nowhere }, null)).toBe("passes");
    // The first factor is set up by what there is.
    const none = { secondFactorAt: null, hasSecondFactor: false };
    expect(outcome("always", none, null)).toBe("passes");
    expect(outcome("always", { ...none, provedAt: now - freshMs }, null)).toBe(
      "STEP_UP_REQUIRED password",
    );
    // What is asked of operators on the host is nothing to others.
    const onHost = { ...byPassword, asksSecondFactorFor: new Set(["host"]) };
    expect(outcome("always", onHost, null)).toBe("passes");
    expect(outcome("always", { ...onHost, isOperator: true }, null)).toBe(
      "STEP_UP_REQUIRED passkey",
    );
  });

  test("is no unlimited key's and no product's; a provider's is a fresh sign-in", () => {
    const key = { by: "key", sessionId: "", ...stale } as const;
    expect(outcome("where-asked", key)).toBe("AUTH_FORBIDDEN");
    expect(outcome("where-asked", key, "org2")).toBe("passes");
    expect(outcome("where-asked", { ...key, limitedTo: new Set(["apps.install"]) })).toBe("passes");
    expect(outcome("where-asked", { ...key, kind: "service" })).toBe("passes");
    const embed = { by: "embed", limitedTo: new Set(["apps.install"]) } as const;
    expect(outcome("where-asked", embed)).toBe("AUTH_FORBIDDEN");
    expect(outcome("where-asked", embed, "org2")).toBe("passes");
    const sso = { by: "sso", secondFactorAt: null, isBySingleSignOn: true } as const;
    expect(outcome("where-asked", sso)).toBe("passes");
    expect(outcome("where-asked", { ...sso, ...stale })).toBe("STEP_UP_REQUIRED sign-in");
  });
});

for (const kind of databasesUnderTest()) {
  describe(`step-up through the API on ${kind}`, () => {
    let services: TestServices;
    beforeAll(async () => {
      services = await openTestServices(kind);
    }, 60_000);
    afterAll(() => services[Symbol.asyncDispose]());

    test("a password opens neither key nor factor to who has one, where one is asked for", async () => {
      const { identity, database, clock } = services;
      const { id } = await identity.createPerson({ name: "P", email: "p@example.com" });
      const organization = await identity.createOrganization({
        ...{ slug: "acme", name: "Acme", ownerId: id },
      });
      await database.kysely
        .updateTable("organization")
        .set({ second_factor_required: true })
        .where("id", "=", organization.id)
        .execute();
      // Only that there is one counts here.
      await database.kysely
        .insertInto("passkey")
        .values({
          ...{ id: "pk", name: "Phone", userId: id, credentialID: "c", backedUp: false },
          ...{ createdAt: new Date(clock.now()), recorded_at: new Date(clock.now()) },
          ...({ publicKey: "k", counter: 0, deviceType: "singleDevice" } as object),
        })
        .execute();
      const session = async (hasSecondFactor: boolean) => {
        const visitor = new Visitor(createTestApi(services));
        const opened = await identity.sessions.open({
          ...{ personId: id, hasSecondFactor },
          visitor: { address: "192.0.2.1", headers: new Headers() },
        });
        for (const line of opened.cookies) {
          const [pair = ""] = line.split(";", 1);
          visitor.cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
        }
        return visitor;
      };
      const byPassword = await session(false);
      const makers = [
        ["POST", "/api-keys", { name: "k" }],
        ["POST", "/second-factor", {}],
        ["POST", "/passkeys/options", undefined],
        ["DELETE", "/passkeys/pk", undefined],
      ] as const;
      for (const [method, path, body] of makers) {
        const refused = await byPassword.send(method, path, body);
        expect([path, refused.code]).toEqual([path, "STEP_UP_REQUIRED"]);
        expect(refused.body).toMatchObject({ details: { by: "passkey" } });
      }
      const shown = await session(true);
      const role = { name: "R", description: "", permissions: ["organization.read"] };
      const roles = "/organizations/acme/roles";
      expect((await byPassword.send("POST", roles, role)).code).toBe("SECOND_FACTOR_REQUIRED");
      const made = await shown.send("POST", "/api-keys", { name: "k" });
      expect(made.status).toBe(201);
      expect((await shown.send("POST", roles, role)).status).toBe(201);
      clock.advance(freshMs);
      expect((await shown.send("POST", roles, { ...role, name: "S" })).code).toBe(
        "STEP_UP_REQUIRED",
      );
      expect((await shown.send("GET", roles)).status).toBe(200);
      const { secret } = made.body as { secret: string };
      const byKey = { authorization: `Bearer ${secret}` };
      const refused = await new Visitor(shown.api).send("POST", roles, role, byKey);
      expect(refused.code).toBe("AUTH_FORBIDDEN");
    });
  });
}

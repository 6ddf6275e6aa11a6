/** Every route, by every kind of caller, in their own and in a foreign place, against the table. */
import { BerthError } from "@berth/protocol";
import { type ApiRouteName, apiPrefix, apiRoutes, type RouteDefinition } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Handlers } from "../../src/http/api.ts";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { type CallerName, type Callers, callerNames, openCallers } from "./callers.ts";
import { routeTable } from "./table.ts";

const routes = Object.entries<RouteDefinition>(apiRoutes) as [ApiRouteName, RouteDefinition][];
const nameOf = ({ method, path }: RouteDefinition) => `${method.toUpperCase()} ${path}`;
const embedded: readonly CallerName[] = ["embedMember", "embedAdmin"];
const denials = ["AUTH_REQUIRED", "AUTH_FORBIDDEN", "ORGANIZATION_NOT_FOUND"];

/** @throws for a word that is none of the table's */
function readRow(row: string): ReadonlySet<CallerName> {
  if (row === "anyone") return new Set(callerNames);
  const people = callerNames.filter((name) => name !== "nobody");
  if (row === "directory") return new Set();
  if (row === "people") return new Set(people);
  if (row === "not-embedded") return new Set(people.filter((name) => !embedded.includes(name)));
  if (row === "unlimited") {
    return new Set(people.filter((name) => !embedded.includes(name) && name !== "key"));
  }
  return new Set(
    row.split(" ").map((word) => {
      const found = callerNames.find((name) => name === word);
      if (found !== undefined) return found;
      throw new Error(`packages/server/test/access/table.ts: ${word} is nobody; see its head.`);
    }),
  );
}

for (const kind of databasesUnderTest()) {
  describe(`access on ${kind}`, () => {
    let callers: Callers;
    let api: Api;
    const reached: ApiRouteName[] = [];

    beforeAll(async () => {
      callers = await openCallers(kind);
      const spies = routes.map(([name]) => {
        const spy = async () => {
          reached.push(name);
          throw new BerthError("UNAVAILABLE", "The handler was reached.");
        };
        return [name, spy];
      });
      // Each throws, so that none gives a wrong type.
      const handlers = Object.fromEntries(spies) as unknown as Handlers<ApiRouteName>;
      const { authenticate, services } = callers;
      api = createTestApi(services, { handlers, authenticate });
    }, 60_000);
    afterAll(() => callers[Symbol.asyncDispose]());

    /** Whether the access check let them pass: the handler ran, or what they sent was looked at. */
    async function isAllowed(
      [name, definition]: [ApiRouteName, RouteDefinition],
      who: CallerName,
      place: "acme" | "other",
    ): Promise<boolean> {
      const path = definition.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
        parameter === "organization" || parameter === "publisher" ? place : "x",
      );
      reached.length = 0;
      const response = await api.fetch(
        new Request(`${consoleOrigin}${apiPrefix}${path}`, {
          method: definition.method.toUpperCase(),
          headers: callers.headers[who],
        }),
      );
      const { code } = (await response.json()) as { code: string };
      if (denials.includes(code)) {
        expect(reached, `${name} ran for ${who}, who was denied`).toEqual([]);
        return false;
      }
      // Parts are only parsed once access was decided.
      const isParsed = code === "REQUEST_INVALID" && reached.length === 0;
      const isReached = code === "UNAVAILABLE" && reached.length === 1 && reached[0] === name;
      expect(isParsed || isReached, `${name} answered ${code} to ${who}`).toBe(true);
      return true;
    }

    async function whoMay(entry: [ApiRouteName, RouteDefinition], place: "acme" | "other") {
      const allowed: CallerName[] = [];
      for (const who of callerNames) if (await isAllowed(entry, who, place)) allowed.push(who);
      return allowed;
    }

    it.each(routes.map((entry) => [nameOf(entry[1]), entry] as const))(
      "%s",
      async (title, entry) => {
        const allowed = await whoMay(entry, "acme");
        const row = routeTable[title];
        if (row === undefined) {
          throw new Error(
            `packages/server/test/access/table.ts has no line for ${title}. As it is declared now, the line is:\n  "${title}": "${allowed.join(" ")}",\nRead it name by name before you add it.`,
          );
        }
        const expected = callerNames.filter((name) => readRow(row).has(name));
        expect(allowed, `who may ${title}; the line says "${row}"`).toEqual(expected);
        const isOfAPlace = entry[1].access === "organization" || entry[1].access === "publisher";
        if (!isOfAPlace) return;
        expect(await whoMay(entry, "other"), `who may ${title} in a foreign place`).toEqual([]);
      },
    );

    it("the table has no line without a route", () => {
      const known = new Set(routes.map(([, definition]) => nameOf(definition)));
      expect(Object.keys(routeTable).filter((title) => !known.has(title))).toEqual([]);
    });

    it("every caller is who the table says", async () => {
      const seen = await Promise.all(
        callerNames.map(async (who) => {
          const headers = callers.headers[who];
          const caller = await callers.authenticate(new Request(consoleOrigin, { headers }));
          return [who, caller?.by ?? null] as const;
        }),
      );
      for (const [who, by] of seen) {
        expect(by, who).toBe(who === "nobody" ? null : embedded.includes(who) ? "embed" : "key");
      }
    });
  });
}

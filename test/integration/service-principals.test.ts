/** Keys of one's own and of service principals by the command line, against a real Berth behind a proxy. */
import { join } from "node:path";
import { createClient } from "@berth/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { berthCommand } from "../support/berth-command.ts";
import { callHost, type StartedBerth, startBerth } from "../support/start-berth.ts";

const password = "four plain words here";

let started: StartedBerth;
beforeAll(async () => {
  started = await startBerth({ berth: { trustedProxies: ["127.0.0.0/8"] } });
});
afterAll(() => started?.[Symbol.asyncDispose]());

it("a build server is made by the command line, gets a key only from a person, and does no more", async () => {
  const { berth, folder } = started;
  const email = "grace@ci.example";
  const { id } = await berth.identity.createPerson({ name: "Grace", email, password });
  await berth.identity.createOrganization({ slug: "ci", name: "CI", ownerId: id });
  const { secret } = await berth.identity.createApiKey({ personId: id, name: "cli" });
  const url = `http://127.0.0.1:${berth.port}`;
  const place = {
    ...{ cwd: folder, configFolder: join(folder, "config") },
    env: { BERTH_URL: url, BERTH_API_KEY: secret, BERTH_PASSWORD: password },
  };
  const run = async (...argv: readonly string[]) => {
    const result = await berthCommand([...argv, "--json"], place);
    expect(result.code, result.stderr).toBe(0);
    return result.json<{ id: string; secret: string; services: unknown[] }>();
  };
  const made = await run("service-principals", "create", "Build", "--may", "organization.read");
  const byPerson = ["--email", email, "--days", "7"];
  const key = await run("service-principals", "keys-create", made.id, ...byPerson);
  const robot = createClient({ baseUrl: url, apiKey: key.secret });
  expect(await robot.call("getSession")).toMatchObject({
    ...{ kind: "service", person: { name: "Build" } },
    organizations: [{ slug: "ci", permissions: ["organization.read"] }],
  });
  const own = await run("api-keys", "create", "reader", "--may", "organization.read", ...byPerson);
  const limited = createClient({ baseUrl: url, apiKey: own.secret });
  for (const client of [robot, limited]) {
    const beyond = client.call("listOrganizationServices", { params: { organization: "ci" } });
    await expect(beyond).rejects.toMatchObject({ code: "AUTH_FORBIDDEN" });
  }
  await run("service-principals", "set", made.id, "--disable");
  await expect(robot.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
  // The sessions that were opened for the keys are over.
  const [session] = (await createClient({ baseUrl: url, apiKey: secret }).call("listSessions"))
    .sessions;
  expect(session).toBeUndefined();
});

it("behind a proxy that is trusted, one client's failures do not shut another out", async () => {
  const { berth } = started;
  const email = "linus@ci.example";
  await berth.identity.createPerson({ name: "Linus", email, password });
  const attempt = async (address: string, text: string) => {
    const { status } = await callHost(berth.port, "localhost", "/api/v1/auth/sign-in/email", {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": `1.1.1.1, ${address}` },
      body: JSON.stringify({ email, password: text }),
    });
    return status;
  };
  const guesses = await Promise.all(
    Array.from({ length: 11 }, () => attempt("203.0.113.9", "a wrong password")),
  );
  expect(guesses.filter((status) => status === 429)).toHaveLength(1);
  expect(await attempt("203.0.113.9", password)).toBe(429);
  expect(await attempt("203.0.113.10", password)).toBe(200);
});

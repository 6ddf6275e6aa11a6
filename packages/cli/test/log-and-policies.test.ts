/** The audit log and policies by the command line, as a build server would use them, against a real Berth. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@berth/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type StartedBerth, startBerth } from "../../../test/support/start-berth.ts";
import { createTestFolder, type TestFolder } from "../../../test/support/test-folder.ts";
import { runHere } from "./support/run-here.ts";

let started: StartedBerth;
let folder: TestFolder;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  [started, folder] = await Promise.all([startBerth(), createTestFolder()]);
  const { berth } = started;
  const { id } = await berth.identity.createPerson({ name: "Grace", email: "grace@log.example" });
  await berth.identity.createOrganization({ slug: "log", name: "Log", ownerId: id });
  const { secret } = await berth.identity.createApiKey({ personId: id, name: "cli" });
  env = { BERTH_URL: `http://127.0.0.1:${berth.port}`, BERTH_API_KEY: secret };
});
afterAll(async () => {
  await started?.[Symbol.asyncDispose]();
  await folder?.release();
});

const run = (...argv: readonly string[]) =>
  runHere(argv, { cwd: folder.path, env, now: () => Date.now() });

const first = 'forbid (principal, action == Action::"network:connect", resource);\n';
const second = `@id("all")\nforbid (principal, action, resource);\n`;

it("publishes a file of policies, shows it as it was written, and goes back to it", async () => {
  await writeFile(join(folder.path, "first.cedar"), first);
  await writeFile(join(folder.path, "second.cedar"), second);
  const unasked = await run("policy", "publish", "first.cedar");
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain("give --yes");
  const published = await run("policy", "publish", "first.cedar", "--yes", "--note", "a first one");
  expect(published.stdout).toContain("Of 0 calls of the last 24 hours it would have denied 0");
  expect(published.stdout).toContain("Version 1 is in force.");
  const again = await run("policy", "publish", "first.cedar", "--json");
  expect(again.json()).toEqual({ isChanged: false, version: 1 });
  expect((await run("policy", "show")).stdout).toBe(first);
  const params = { organization: "log" };
  const grace = createClient({ baseUrl: env.BERTH_URL ?? "", apiKey: env.BERTH_API_KEY ?? "" });
  const draft = { params, body: { text: "// being written", revision: 0 } };
  await grace.call("saveOrganizationPolicyDraft", draft);
  const over = await run("policy", "publish", "second.cedar", "--yes");
  expect(over.code, "a draft is not written over unseen").toBe(5);
  await grace.call("deleteOrganizationPolicyDraft", { params });
  const other = await run("policy", "publish", "second.cedar", "--yes", "--json");
  expect(other.json()).toMatchObject({ isChanged: true, version: 2, wouldDeny: 0 });
  const back = await run("policy", "roll-back", "1", "--yes", "--json");
  expect(back.json()).toEqual({ version: 3, restoredFrom: 1 });
  const { inForce, versions } = (await run("policy", "history", "--json")).json<{
    inForce: number;
    versions: { version: number; note: string | null; restoredFrom: number | null }[];
  }>();
  expect(inForce).toBe(3);
  expect(versions).toMatchObject([
    { version: 3, restoredFrom: 1 },
    { version: 2, note: null },
    { version: 1, note: "a first one" },
  ]);
  expect((await run("policy", "show", "2")).stdout).toBe(second);
  const unknown = await run("policy", "roll-back", "9", "--yes", "--json");
  expect(unknown).toMatchObject({ code: 3 });
  expect(JSON.parse(unknown.stderr)).toMatchObject({ code: "POLICY_VERSION_UNKNOWN" });
});

it("lists the log and exports it to a file that verifies, or to none", async () => {
  const listed = await run("audit", "list", "--action", "policies.*", "--json");
  const { entries } = listed.json<{ entries: { action: string; actor: { name: string } }[] }>();
  expect(entries.map(({ action }) => action)).toContain("policies.roll-back");
  expect(new Set(entries.map(({ actor }) => actor.name))).toEqual(new Set(["Grace"]));
  const file = join(folder.path, "log.jsonl");
  const exported = await run("audit", "export", "-o", file, "--json");
  expect(exported.json()).toMatchObject({ file, format: "jsonl" });
  const verified = await run("audit", "verify", file, "--json");
  expect(verified.json()).toMatchObject({ isIntact: true });
  const csv = join(folder.path, "log.csv");
  await run("audit", "export", "--csv", "--action", "policies.*", "-o", csv);
  expect((await readFile(csv, "utf8")).split("\n").filter((line) => line !== "")).toHaveLength(
    1 + entries.length,
  );
  const filtered = await run("audit", "export", "--text", "x");
  expect(filtered).toMatchObject({ code: 2 });
  const host = await run("audit", "export", "--host");
  expect(host).toMatchObject({ code: 4 });
  expect(host.stderr).toContain("AUTH_FORBIDDEN");
  const kept = (await readdir(folder.path)).filter((name) => /^(audit-|log\.)/.test(name));
  expect(kept.sort()).toEqual(["log.csv", "log.jsonl"]);
});

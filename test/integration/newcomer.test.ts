/** From nothing to one's own running app, with the SDK as the registry would give it. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@berth/client";
import { expect, it } from "vitest";
import { berthCommand, berthServe } from "../support/berth-command.ts";
import { callHost } from "../support/start-berth.ts";
import { createTestFolder, prepareDatabase } from "../support/test-folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const execute = promisify(execFile);
const passphrase = "a newcomer's own sentence";

/** Tarballs of what an app imports, built from the sources as they are. */
async function packSdk(into: string): Promise<readonly string[]> {
  const folders = ["packages/protocol", "packages/sdk"].map((folder) => join(root, folder));
  await execute(process.execPath, [
    join(root, "node_modules/typescript/bin/tsc"),
    "-b",
    ...folders,
  ]);
  const { stdout } = await execute(
    "npm",
    ["pack", "--json", "--pack-destination", into, ...folders],
    {
      cwd: root,
    },
  );
  const packed = JSON.parse(stdout) as
    | { filename: string }[]
    | Record<string, { filename: string }>;
  return Object.values(packed).map(({ filename }) => join(into, filename));
}

it("takes a newcomer from nothing to their own running app", async () => {
  const folder = await createTestFolder();
  const place = {
    cwd: folder.path,
    configFolder: join(folder.path, "config"),
    env: { BERTH_KEY_PASSPHRASE: passphrase },
  };
  const data = join(folder.path, "data");
  await prepareDatabase(data);
  await using served = await berthServe(["--port", "0", "--data-dir", data, "--no-samples"], place);
  const run = async (argv: readonly string[], cwd = folder.path) => {
    const result = await berthCommand(argv, { ...place, cwd });
    expect(result, `${argv.join(" ")}\n${result.stderr}`).toMatchObject({ code: 0 });
    return result;
  };

  await run(["login", served.signInLink]);
  await run(["new", "demo"]);
  const demo = join(folder.path, "demo");
  const tarballs = await packSdk(folder.path);
  await execute("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs], {
    cwd: demo,
  });
  const sdk = JSON.parse(
    await readFile(join(demo, "node_modules/@berth/sdk/package.json"), "utf8"),
  ) as object;
  expect(sdk).toMatchObject({ name: "@berth/sdk" });

  const published = await run(["publish", "--publisher", "newcomer", "--yes", "--json"], demo);
  expect(published.json()).toMatchObject({ app: "newcomer/demo", status: "published" });
  const installed = await run(["install", "newcomer/demo", "--grant-all", "--json"], demo);
  const { installation } = installed.json<{ installation: string }>();
  const listed = await run(["list", "--limits", "--json"], demo);
  expect(listed.json()).toMatchObject({
    installations: [
      {
        id: installation,
        limits: expect.arrayContaining([
          { name: "memory", asked: 64, ceiling: 1_024, effective: 64 },
          { name: "wallMs", asked: null, ceiling: 300_000, effective: 30_000 },
        ]),
      },
    ],
  });
  const opened = await run(["open", "demo", "--print"], demo);
  expect(opened.stdout).toBe(`${served.origin}/run/${installation}\n`);

  // The notes through the function's own host, as the view asks for them.
  const login = JSON.parse(
    await readFile(join(place.configFolder, "berth/login.json"), "utf8"),
  ) as { url: string; apiKey: string };
  const client = createClient({ baseUrl: login.url, apiKey: login.apiKey });
  const params = { organization: "acme", installation };
  const view = await client.call("openView", { params, body: {} });
  const ask = (method: string, body?: string) =>
    callHost(served.port, `${installation}.apps.localhost`, "/api/notes", {
      method,
      headers: { authorization: `Bearer ${view.token}` },
      ...(body === undefined ? {} : { body }),
    });
  expect((await ask("POST", '{"text":"my first note"}')).status).toBe(201);
  expect((await ask("GET")).json()).toMatchObject({ notes: [{ text: "my first note" }] });
  expect(view.bundle.bytes).toBeGreaterThan(1_000);

  const logs = await run(["logs", "demo", "--json"], demo);
  expect(logs.stdout).toMatch(/added the note [\w-]+/);
  expect(await served.stop()).toBe(0);
});

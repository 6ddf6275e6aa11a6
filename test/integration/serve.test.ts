/** `berth serve` and the commands that work on what it serves. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  berthCommand,
  berthServe,
  type CommandPlace,
  type ServedBerth,
} from "../support/berth-command.ts";
import { createTestFolder, prepareDatabase, type TestFolder } from "../support/test-folder.ts";

let folder: TestFolder;
let data: string;
let place: CommandPlace;
let served: ServedBerth;

const run = (...argv: readonly string[]) => berthCommand(argv, place);

async function succeed(...argv: readonly string[]) {
  const result = await run(...argv);
  expect(result, `${argv.join(" ")}\n${result.stderr}`).toMatchObject({ code: 0 });
  return result;
}

async function failure(...argv: readonly string[]): Promise<{ exit: number | null; code: string }> {
  const { code, stderr } = await run(...argv, "--json");
  return { exit: code, ...(JSON.parse(stderr) as { code: string }) };
}

beforeAll(async () => {
  folder = await createTestFolder();
  data = join(folder.path, "data");
  place = { cwd: folder.path, configFolder: join(folder.path, "config") };
  await prepareDatabase(data);
  served = await berthServe(["--port", "0", "--data-dir", data], place);
  await succeed("login", served.signInLink);
});

afterAll(async () => {
  await served?.[Symbol.asyncDispose]();
  await folder?.release();
});

describe("berth serve", () => {
  it("has made the organization and its admin, whom its link signs in once", async () => {
    expect((await succeed("whoami", "--json")).json()).toMatchObject({
      url: served.origin,
      person: { email: "admin@acme.example" },
      organizations: [{ slug: "acme", role: "owner" }],
    });
    expect(await failure("login", served.signInLink)).toMatchObject({
      ...{ exit: 4, code: "SIGN_IN_LINK_INVALID" },
    });
  });

  it("says at once that the port or the data folder is another's", async () => {
    const port = String(served.port);
    const busy = await failure("serve", "--port", port, "--data-dir", join(folder.path, "other"));
    expect(busy).toMatchObject({ exit: 5, code: "PORT_BUSY" });
    const locked = await failure("serve", "--port", "0", "--data-dir", data);
    expect(locked).toMatchObject({ exit: 5, code: "DATA_FOLDER_LOCKED" });
  });

  it("cannot be restarted in place on the embedded database, and goes on", async () => {
    const refused = await failure("restart", "--data-dir", data);
    expect(refused).toMatchObject({ exit: 5, code: "HAND_OVER_IMPOSSIBLE" });
    const nobody = await failure("restart", "--data-dir", join(folder.path, "other"));
    expect(nobody).toMatchObject({ exit: 6, code: "SERVER_UNREACHABLE" });
    await succeed("whoami");
  });

  it.each([
    [["--port", "70000"], "port"],
    [["--port", "http"], "port"],
    [["--product-origin", "product.example.com"], "product-origin"],
    [["--host", "203.0.113.7"], "host"],
  ])("refuses %j", async (argv, option) => {
    const refused = await failure("serve", "--data-dir", join(folder.path, "other"), ...argv);
    expect(refused).toMatchObject({ exit: 2, code: "OPTION_INVALID", details: { option } });
  });

  it("writes its log to the data folder, without the link's token", async () => {
    const log = await readFile(join(data, "berth.log"), "utf8");
    expect(log).toContain("Berth is open");
    expect(log).not.toContain(served.signInLink.split("token=")[1]);
  });
});

describe("commands on an installation", () => {
  it("asks for consent before it installs", async () => {
    const refused = await failure("install", "berth-samples/sales-dashboard");
    expect(refused).toMatchObject({ exit: 4, code: "CONSENT_REFUSED" });
    expect((await succeed("list", "--json")).json()).toMatchObject({ installations: [] });
    const unknown = await failure("install", "berth-samples/nothing", "--grant-all");
    expect(unknown).toMatchObject({ exit: 3, code: "APP_NOT_FOUND" });
  });

  it("installs, configures, suspends, resumes, reads logs and removes", async () => {
    const wrong = [
      "install",
      "berth-samples/sales-dashboard",
      "--grant-all",
      "--config",
      "topN=99",
    ];
    expect(await failure(...wrong)).toMatchObject({ code: "CONFIG_INVALID" });

    const argv = ["install", "berth-samples/sales-dashboard", "--grant", "1", "--config", "topN=5"];
    const installed = await succeed(...argv);
    expect(installed.stderr).toContain("1. its view calls its own function: read /api/sales");
    expect(installed.stderr).toMatch(/✓ activate/);
    const before = await succeed("config", "get", "sales-dashboard", "--json");
    expect(before.json()).toMatchObject({ title: "Box-office sales", topN: 5 });
    await succeed("config", "set", "sales-dashboard", "title=Films", "topN=7");
    const config = await succeed("config", "get", "sales-dashboard", "--json");
    expect(config.json()).toMatchObject({ title: "Films", measure: "worldwide", topN: 7 });
    expect(await failure("config", "set", "sales-dashboard", "topN=many")).toMatchObject({
      ...{ exit: 1, code: "CONFIG_INVALID" },
    });

    const logs = await succeed("logs", "sales-dashboard", "--json");
    const messages = logs.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(messages).toContainEqual(expect.objectContaining({ message: "loaded 3146 films" }));

    expect((await succeed("suspend", "sales-dashboard", "--json")).json()).toMatchObject({
      state: "suspended",
    });
    const again = await failure("suspend", "sales-dashboard");
    expect(again).toMatchObject({ exit: 5, code: "INSTALLATION_STATE" });
    expect((await succeed("resume", "sales-dashboard", "--json")).json()).toMatchObject({
      state: "running",
    });

    const asks = await failure("uninstall", "sales-dashboard");
    expect(asks).toMatchObject({ exit: 2, code: "OPTION_INVALID", details: { option: "--yes" } });
    await succeed("uninstall", "berth-samples/sales-dashboard", "--yes");
    expect(await failure("open", "sales-dashboard")).toMatchObject({
      ...{ exit: 3, code: "INSTALLATION_NOT_FOUND" },
    });
  });
});

describe("a second start", () => {
  it("closes cleanly at Ctrl-C, and finds everything again", async () => {
    const first = (await succeed("install", "berth-samples/crm", "--grant-all", "--json")).json<{
      installation: string;
    }>();
    expect(await served.stop("SIGINT")).toBe(0);
    const port = String(served.port);
    served = await berthServe(["--port", port, "--data-dir", data, "--verbose"], place);
    // The key of the first start still signs in, at the same address.
    expect((await succeed("list", "--json")).json()).toMatchObject({
      installations: [{ id: first.installation, app: "berth-samples/crm", state: "running" }],
    });
    await succeed("login", served.signInLink);
  });
});

/** `berth serve` and the commands that work on what it serves. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startJailer } from "@berth/cells";
import { createClient, createEmbeddedClient, createEmbedSigner } from "@berth/client";
import { shortPauseFlags } from "@berth/server/short-pauses";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  berthCommand,
  berthServe,
  type CommandPlace,
  type ServedBerth,
} from "../support/berth-command.ts";
import { openLine } from "../support/steady-load.ts";
import { createTestFolder, prepareDatabase, type TestFolder } from "../support/test-folder.ts";

/** Without an account, as in most containers; another than the cells' own. */
const serverUid = 1_899_999_998;
const acme = { organization: "acme" };
const asUser = ["--user", String(serverUid)];
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
  // The user that the server becomes has to come through to its data.
  await chmod(folder.path, 0o711);
  data = join(folder.path, "data");
  place = { cwd: folder.path, configFolder: join(folder.path, "config") };
  await prepareDatabase(data);
  served = await berthServe(["--port", "0", "--data-dir", data, ...asUser], place);
  await succeed("login", served.signInLink);
});

afterAll(async () => {
  await served?.[Symbol.asyncDispose]();
  await folder?.release();
});

/** Of the processes that the server started, the one that still is root. */
function findJailer(serverPid: number): number {
  const children = readFileSync(`/proc/${serverPid}/task/${serverPid}/children`, "utf8");
  const command = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, "utf8");
  const found = children.split(" ").find((pid) => pid && command(pid).includes("jailer-process"));
  return Number(found);
}

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

  it("has given up root's rights before it opened its data, and left them to its jailer alone", () => {
    const status = readFileSync(`/proc/${served.pid}/status`, "utf8");
    const ids = Array<string>(4).fill(String(serverUid)).join("\t");
    expect(status).toContain(`Uid:\t${ids}\nGid:\t${ids}\n`);
    expect(status).toMatch(new RegExp(`^Groups:\\s+${serverUid}\\s*$`, "m"));
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
      expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, "m"));
    }
    for (const name of readdirSync(data)) {
      expect([name, statSync(join(data, name)).uid]).toEqual([name, serverUid]);
    }
    const jailer = findJailer(served.pid);
    expect(statSync(`/proc/${jailer}`).uid).toBe(0);
  });

  it("has taken on the flags that keep its pauses short, as the same process", () => {
    const command = readFileSync(`/proc/${served.pid}/cmdline`, "utf8").split("\0");
    expect(command).toEqual(expect.arrayContaining([...shortPauseFlags, "serve"]));
    for (const flag of shortPauseFlags) {
      expect(command.filter((argument) => argument === flag)).toHaveLength(1);
    }
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
    [["--user", "0"], "user"],
    [["--user", "no-such-account"], "user"],
  ])("refuses %j", async (argv, option) => {
    const refused = await failure("serve", "--data-dir", join(folder.path, "other"), ...argv);
    expect(refused).toMatchObject({ exit: 2, code: "OPTION_INVALID", details: { option } });
  });

  it("refuses a user who cannot come to the data, rather than stay root", async () => {
    const closed = join(folder.path, "closed");
    await mkdir(closed, { mode: 0o700 });
    const refused = await failure("serve", "--data-dir", join(closed, "data"), ...asUser);
    expect(refused).toMatchObject({ exit: 2, code: "OPTION_INVALID", details: { option: "user" } });
  });

  it("writes its log to the data folder, without the link's token", async () => {
    const log = await readFile(join(data, "berth.log"), "utf8");
    expect(log).toContain("Berth is open");
    expect(log).not.toContain(served.signInLink.split("token=")[1]);
  });
});

describe("a product's keys", () => {
  it("are the operator's: made, listed and deleted by the command line", async () => {
    expect(await failure("embed-keys", "list")).toMatchObject({ exit: 4, code: "AUTH_FORBIDDEN" });
    const operator = { ...place, configFolder: join(folder.path, "operator") };
    const as = async (...argv: readonly string[]) => {
      const result = await berthCommand([...argv, "--json"], operator);
      expect(result.stderr).toBe("");
      return result.json<{ id: string; audience: string; privateKey: JsonWebKey }>();
    };
    await berthCommand(["login", served.operatorLink], operator);
    const { id: keyId, audience, privateKey } = await as("embed-keys", "create", "Acme product");
    const signer = await createEmbedSigner({ keyId, privateKey, issuer: "Acme product", audience });
    const client = createEmbeddedClient({
      baseUrl: served.origin,
      fetchToken: () => signer.sign({ subject: "u-1", organization: "acme", name: "Una" }),
    });
    expect(await client.session()).toMatchObject({
      person: { name: "Una" },
      organization: { slug: "acme", role: "member" },
    });
    expect(await as("embed-keys", "list")).toMatchObject({ keys: [{ id: keyId }] });
    await as("embed-keys", "delete", keyId, "--yes");
    await expect(client.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
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
    served = await berthServe(["--port", port, "--data-dir", data, "--verbose", ...asUser], place);
    // The key of the first start still signs in, at the same address.
    expect((await succeed("list", "--json")).json()).toMatchObject({
      installations: [{ id: first.installation, app: "berth-samples/crm", state: "running" }],
    });
    await succeed("login", served.signInLink);
  });

  it("has lost no more than a second of its metering when it was killed", async () => {
    const kept = await readFile(join(place.configFolder, "berth", "login.json"), "utf8");
    const { apiKey } = JSON.parse(kept) as { apiKey: string };
    const admin = createClient({ baseUrl: served.origin, apiKey });
    const [installation] = (await admin.call("listInstallations", { params: acme })).installations;
    const params = { ...acme, installation: installation?.id ?? "" };
    const { token } = await admin.call("openView", { params, body: {} });
    const countRequests = async () => (await admin.call("getUsage", { params })).requests;
    const before = await countRequests();

    const answeredAt: number[] = [];
    const line = openLine({ ...params, port: served.port, token, apiKey });
    const until = performance.now() + 3_000;
    while (performance.now() < until) {
      expect(await line.ask("/api/no-such-thing")).toMatchObject({ status: 404 });
      answeredAt.push(performance.now());
    }
    line.close();
    const killedAt = performance.now();
    process.kill(served.pid, "SIGKILL");
    await served.exited;
    const port = String(served.port);
    served = await berthServe(["--port", port, "--data-dir", data, "--verbose", ...asUser], place);
    // A second, and what the write itself may take.
    const written = answeredAt.filter((at) => at < killedAt - 1_500).length;
    expect(written).toBeGreaterThan(10);
    expect(await countRequests()).toBeGreaterThanOrEqual(before + written);
  });

  it("closes, and says that it failed, when its jailer is gone", async () => {
    process.kill(findJailer(served.pid), "SIGKILL");
    expect(await served.exited).toBe(1);
    // What it left is removed by the next.
    const server = { uid: serverUid, gid: serverUid };
    const next = await startJailer({ folder: join(data, "cells"), server });
    await next.close();
  });
});

import { createServer } from "node:http";
import { join } from "node:path";
import { createBerth } from "@berth/server";
import { describe, expect, it } from "vitest";
import { callHost, silentLogger, startBerth } from "../support/start-berth.ts";
import { createTestFolder } from "../support/test-folder.ts";

const assets = { consoleFolder: null, frameBootstrap: "" } as const;
const failure = (error: unknown) => error;
const open = (folder: string, more: object = {}) =>
  createBerth({ folder, assets, posture: "first-ask", logger: silentLogger, ...more });

describe("starting", () => {
  it("refuses a folder that another Berth has, and takes it when that one has closed", async () => {
    await using first = await startBerth();
    expect(await open(first.folder).catch(failure)).toMatchObject({
      code: "DATA_FOLDER_LOCKED",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.berth.close();
    await using again = await open(first.folder);
    const answer = await callHost(again.port, "localhost", "/api/v1/health");
    expect(answer.json()).toMatchObject({ status: "ok" });
  });

  it("names a port that is taken, and lets go of everything it had opened", async () => {
    await using first = await startBerth();
    await first.berth.close();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const { port } = squatter.address() as { port: number };
    try {
      expect(await open(first.folder, { port }).catch(failure)).toMatchObject({
        code: "PORT_BUSY",
        message: expect.stringContaining(String(port)),
      });
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
    await using again = await open(first.folder);
    expect(again.port).toBeGreaterThan(0);
  });

  it("is no successor on the embedded database, and says what to do", async () => {
    const folder = await createTestFolder();
    const successor = { warm: [] };
    expect(await open(join(folder.path, "data"), { successor }).catch(failure)).toMatchObject({
      code: "HAND_OVER_IMPOSSIBLE",
      message: expect.stringContaining("DATABASE_URL"),
    });
    await folder.release();
  });

  it("keeps unjailed cells on loopback", async () => {
    const folder = await createTestFolder();
    const path = join(folder.path, "data");
    expect(await open(path, { jail: "off", host: "0.0.0.0" }).catch(failure)).toMatchObject({
      code: "OPTION_INVALID",
    });
    await folder.release();
  });

  it("closes while someone watches a log and an install, and the install goes on later", async () => {
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let isHeld = true;
    await using berth = await startBerth({
      berth: {
        observers: {
          async onStep({ step, phase }) {
            if (!isHeld || step !== "deploy" || phase !== "begun") return;
            reached.resolve();
            await gate.promise;
          },
        },
      },
    });
    const app = await berth.publisher.publish({
      server: `export default { fetch: () => new Response("served") };`,
    });
    const { installation, run } = await berth.startInstall(app);
    const params = { organization: "acme", installation };
    const streams = [
      (async () => {
        for await (const _ of berth.admin.follow("followLogs", { params })) void _;
      })(),
      (async () => {
        const of = { params: { organization: "acme", run } };
        for await (const _ of berth.admin.follow("followRun", of)) void _;
      })(),
    ].map((stream) => stream.catch(failure));
    await reached.promise;
    isHeld = false;
    const restarted = berth.restart();
    gate.resolve();
    await restarted;
    expect(berth.berth.resumedRuns).toEqual([run]);
    expect((await berth.ended(run)).state).toBe("done");
    expect((await berth.callFunction(installation, "/")).text).toBe("served");
    await berth.berth.close();
    await Promise.all(streams);
  });

  it("suspends what was being resumed when it was killed", async () => {
    await using berth = await startBerth({
      apps: [{ server: `export default { fetch: () => new Response("served") };` }],
      berth: { ceilings: { memory: 32, cpuMs: 700 } },
    });
    const { installation } = berth;
    await berth.berth.database.kysely
      .updateTable("installation")
      .set({ state: "loading" })
      .where("id", "=", installation)
      .execute();
    await berth.restart();
    const params = { organization: "acme", installation };
    expect(await berth.admin.call("getInstallation", { params })).toMatchObject({
      state: "suspended",
      stateReason: expect.stringContaining("resume it again"),
      // What it may use is shown as it is here, below the operator's ceilings.
      resources: { memory: 32 },
      functionLimits: { cpuMs: 700, wallMs: 30_000 },
      limits: expect.arrayContaining([
        { name: "memory", asked: 64, ceiling: 32, effective: 32 },
        { name: "cpuMs", asked: null, ceiling: 700, effective: 700 },
        { name: "wallMs", asked: null, ceiling: 300_000, effective: 30_000 },
      ]),
    });
    await berth.admin.call("resumeInstallation", { params });
    expect((await berth.callFunction(installation, "/")).text).toBe("served");
  });

  it("proves its posture when asked, and says what the operator should know", async () => {
    const placement = { default: "dedicated", publishers: { test: "fleet" } } as const;
    await using berth = await startBerth({ berth: { placement } });
    const posture = await berth.admin.call("getPosture");
    expect(posture.engine.name).toBe("workerd");
    expect(posture.limits.length).toBeGreaterThan(3);
    expect(posture.notices.join(" ")).toMatch(/runs as root/);
    expect(posture.notices.join(" ")).toMatch(
      /master key.*does not fsync.*fleet for apps of test/s,
    );
    expect(posture.placement).toEqual({
      default: "dedicated",
      publishers: [{ publisher: "test", placement: "fleet" }],
    });
    expect(posture.level).not.toBe("unsafe");
    expect(await berth.berth.posture()).toBe(await berth.berth.posture());
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createHome } from "./support/run-cli.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

describe("the process", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends with 130 at %s, though a server never answers",
    async (signal) => {
      await using home = await createHome();
      const server = createServer(() => undefined).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const child = spawn(process.execPath, ["--conditions=berth-source", main, "whoami"], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { HOME: home.path, BERTH_URL: `http://127.0.0.1:${port}`, BERTH_API_KEY: "k" },
      });
      const exited = once(child, "exit");
      await once(server, "request");
      child.kill(signal);
      expect(await exited).toEqual([130, null]);
      server.closeAllConnections();
      server.close();
    },
  );

  it("ends quietly when its reader goes away", async () => {
    const child = spawn(process.execPath, ["--conditions=berth-source", main, "--help"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const closed = once(child, "close");
    child.stdout.destroy();
    const chunks: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    expect(await closed).toEqual([0, null]);
    expect(Buffer.concat(chunks).toString()).toBe("");
  });
});

describe("doctor", () => {
  it("looks at the host without a server, in agreement with its exit code", async () => {
    await using home = await createHome();
    const { code, json } = await home.run(["doctor", "--quick", "--json"]);
    const report = json<{ isOk: boolean; host: { findings: { name: string }[] }; posture: null }>();
    expect(code).toBe(report.isOk ? 0 : 1);
    expect(report.host.findings.map(({ name }) => name)).toContain("bubblewrap");
    expect(report.posture).toBeNull();
  });

  it("tries each limit in a throw-away cell", async () => {
    await using home = await createHome();
    const { code, stdout } = await home.run(["doctor", "--json"]);
    const { isOk, posture } = JSON.parse(stdout) as {
      isOk: boolean;
      posture: { lines: { limit: string; enforcer: string }[] };
    };
    expect(code).toBe(isOk ? 0 : 1);
    expect(posture.lines.map(({ limit }) => limit)).toEqual(
      expect.arrayContaining(["memory", "cpu time", "deadline", "network"]),
    );
  }, 120_000);
});

/** What an app reaches, in whose name, and what it is held to. */

import assert from "node:assert/strict";
import { defaultCellLimits } from "../spec.ts";
import { type DriverTrial, outcomeOf, requestOf, Stage, specOf } from "./trial.ts";

export const reachTrials: readonly DriverTrial[] = [
  {
    name: "carries capability calls with the isolate's own key, and refusals with their code",
    async run(subject) {
      await using stage = await Stage.open(subject, "caller");
      const main = `export default { async fetch(request, env, ctx) {
        const { handle } = ctx.props.berth;
        const call = (capability) => env.BERTH.call(handle, capability, "get", { n: 1 });
        return Response.json([await call("state"), (await call("refuse")).error.code]); } }`;
      await stage.load(specOf(main, { key: "one" }));
      await stage.load(specOf(main, { key: "two" }));
      const answer = await stage.getText(requestOf("/", { handle: "h-two" }), "two");
      assert.deepEqual(JSON.parse(answer), [{ ok: { n: 1 } }, "PERMISSION_DENIED"]);
      const [call] = stage.calls;
      assert.deepEqual(call, {
        cellId: "caller",
        isolateKey: "two",
        handle: "h-two",
        capability: "state",
        method: "get",
        args: { n: 1 },
      });
    },
  },
  {
    name: "has fetch as its only way out, and that leads to the server",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(`import { connect } from "cloudflare:sockets";
        export default { async fetch() {
          const answer = await fetch("https://api.example/x?y=1", { method: "PUT", body: "sent" });
          let raw = "reached";
          try {
            const socket = connect({ hostname: "127.0.0.1", port: 9 });
            await socket.opened;
          } catch { raw = "refused"; }
          return Response.json([answer.status, answer.headers.get("x-from"), await answer.text(), raw]);
        } }`),
      );
      const answer = JSON.parse(await stage.getText(requestOf()));
      assert.deepEqual(answer, [203, "egress", "fetched", "refused"]);
      const [sent] = stage.egress;
      assert.deepEqual(
        [sent?.isolateKey, sent?.method, sent?.url, sent?.text],
        ["app@1", "PUT", "https://api.example/x?y=1", "sent"],
      );
    },
  },
  {
    name: "logs in the name of the isolate and of the request",
    async run(subject) {
      await using stage = await Stage.open(subject, "logger");
      await stage.load(
        specOf(`export default { fetch() { console.warn("said"); return new Response(); } }`),
      );
      await stage.getText(requestOf("/", { requestId: "r-9" }));
      const entry = await stage.log("said");
      const { cellId, isolateKey, requestId, level } = entry;
      assert.deepEqual([cellId, isolateKey, requestId, level], ["logger", "app@1", "r-9", "warn"]);
    },
  },
  {
    name: "cannot make code out of text",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(`export default { fetch() {
          try { return new Response(String(new Function("return 1")())); }
          catch { return new Response("refused"); } } }`),
      );
      assert.equal(await stage.getText(requestOf()), "refused");
    },
  },
  {
    name: "ends a cell that takes more memory than it may, and says that it was memory",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(
          `const kept = []; export default { fetch() { for (;;) kept.push(new Uint8Array(5e6).fill(1)); } }`,
          { limits: { ...defaultCellLimits, memoryMb: 32 } },
        ),
      );
      assert.equal(await outcomeOf(stage.getText(requestOf())), "SANDBOX_MEMORY_EXCEEDED");
      const { cause } = await stage.cell.exited;
      assert.ok(cause === "memory" || cause === "heap", `the cause is ${cause}`);
    },
  },
  {
    name: "holds a cell to its share of the processor",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const limits = { ...defaultCellLimits, cpuPercent: 20, cpuBurstMs: 0 };
      await stage.load(specOf(`export default { fetch() { for (;;) {} } }`, { limits }));
      const asked = outcomeOf(stage.getText(requestOf()));
      const [cpuFrom, wallFrom] = [stage.cell.readCpuMs(), performance.now()];
      while (stage.cell.readCpuMs() - cpuFrom < 100) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const wallMs = performance.now() - wallFrom;
      const share = (stage.cell.readCpuMs() - cpuFrom) / wallMs;
      assert.ok(share < 0.6, `it had ${Math.round(share * 100)} % of a core; 20 % are allowed`);
      await stage.cell.stop();
      await asked;
    },
  },
  {
    name: "ends a cell whose code does not come to an end of its start",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const limits = { ...defaultCellLimits, startMs: 300 };
      const loading = stage.load(specOf(`for (;;) {} export default {}`, { limits }));
      assert.equal(await outcomeOf(loading), "SANDBOX_START_EXCEEDED");
      await stage.cell.exited;
    },
  },
];

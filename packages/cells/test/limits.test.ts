import { expect, it } from "vitest";
import { expectLater, getText, openRig, requestOf, specOf } from "./rig.ts";

const spin = `export default { fetch(request) {
  if (new URL(request.url).pathname === "/quick") return new Response("quick");
  for (;;);
} }`;

it("ends a loop that used up its processor time, and fails every request of that app", async () => {
  await using rig = await openRig();
  const spec = specOf(spin, { limits: { cpuMs: 200, wallMs: 60_000 } });
  await getText(rig.pool, spec, requestOf("/quick"));
  const outcomes = await Promise.allSettled([getText(rig.pool, spec), getText(rig.pool, spec)]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "SANDBOX_CPU_EXCEEDED" } });
  }
  expect(await rig.event("limit-exceeded")).toMatchObject({ limit: "cpu", isolateKey: "app@1" });
  expect(await getText(rig.pool, spec, requestOf("/quick"))).toBe("quick");
});

it("fails a neighbour in a shared cell with a retryable error, not with the other's fault", async () => {
  await using rig = await openRig();
  const guilty = specOf(spin, {
    key: "guilty",
    placement: "shared",
    limits: { cpuMs: 200, wallMs: 60_000 },
  });
  const innocent = specOf(
    `export default { async fetch() { console.log("waiting"); await new Promise((r) => setTimeout(r, 60_000)); } }`,
    { key: "innocent", placement: "shared" },
  );
  await rig.pool.load(guilty);
  const waiting = getText(rig.pool, innocent);
  expectLater(waiting);
  await rig.log("waiting");
  await expect(getText(rig.pool, guilty)).rejects.toMatchObject({ code: "SANDBOX_CPU_EXCEEDED" });
  await expect(waiting).rejects.toMatchObject({ code: "CELL_LOST" });
});

it("answers for an app that waits too long, and keeps its cell, which still turns", async () => {
  await using rig = await openRig();
  const spec = specOf(
    `export default { async fetch(request) {
      if (new URL(request.url).pathname === "/quick") return new Response("quick");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    } }`,
    { limits: { wallMs: 250 } },
  );
  const { cellId } = await rig.pool.load(spec);
  await expect(getText(rig.pool, spec)).rejects.toMatchObject({
    code: "SANDBOX_DEADLINE_EXCEEDED",
  });
  expect(await getText(rig.pool, spec, requestOf("/quick"))).toBe("quick");
  expect(rig.pool.list().find((cell) => cell.isolateKeys.includes(spec.key))?.id).toBe(cellId);
});

it("ends a cell that hangs past its deadline although its processor time is not used up", async () => {
  await using rig = await openRig();
  const spec = specOf(spin, { limits: { wallMs: 200, cpuMs: 60_000 } });
  await rig.pool.load(spec);
  await expect(getText(rig.pool, spec)).rejects.toMatchObject({
    code: "SANDBOX_DEADLINE_EXCEEDED",
  });
  expect(await rig.event("cell-lost")).toMatchObject({ cause: "deadline" });
  expect(await getText(rig.pool, spec, requestOf("/quick"))).toBe("quick");
});

it("lets an app use nearly all of its processor time", async () => {
  await using rig = await openRig();
  const spec = specOf(
    `export default { fetch() { let x = 1; for (let i = 0; i < 3e7; i++) x = (x * 16807) % 2147483647; return new Response(String(x > 0)); } }`,
    { limits: { cpuMs: 5_000, cpuPercent: 50, wallMs: 60_000 } },
  );
  expect(await getText(rig.pool, spec)).toBe("true");
});

it("serves 6,000 requests to a small app without running into its memory limit", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { fetch: (request, env, ctx) => Response.json(ctx.props) }`, {
    limits: { memoryMb: 16, cpuPercent: 200 },
  });
  const worker = async () => {
    for (let count = 0; count < 750; count += 1) await getText(rig.pool, spec);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(rig.events.filter((event) => event.type === "cell-lost")).toEqual([]);
}, 60_000);

it("ends a module that loops while it loads", async () => {
  await using rig = await openRig();
  const spec = specOf("for (;;); export default {}", { limits: { cpuMs: 100, wallMs: 60_000 } });
  await expect(rig.pool.load(spec)).rejects.toMatchObject({ code: "SANDBOX_CPU_EXCEEDED" });
}, 60_000);

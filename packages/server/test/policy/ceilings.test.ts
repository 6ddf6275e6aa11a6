import { randomBytes } from "node:crypto";
import { packFiles, unpack } from "@berth/bundle";
import { defaultFunctionLimits } from "@berth/protocol";
import { expect, it } from "vitest";
import { createSpecs, type FunctionCeilings } from "../../src/runtime/spec.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { createLive } from "../gateway/live.ts";
import { createTestFolder, silentLogger } from "../support/databases.ts";

const keys = await openKeyRing({
  random: (bytes) => randomBytes(bytes),
  folder: await createTestFolder(),
  logger: silentLogger,
});
const unpacked = await unpack(
  await packFiles(
    Object.entries({ "berth.json": "{}", "server.js": "export default {}" }).map(
      ([path, source]) => ({ path, bytes: Buffer.from(source) }),
    ),
  ),
);

async function limitsOf(asked: Record<string, unknown>, ceilings?: FunctionCeilings) {
  const { wallMs, cpuMs, maxResponseBytes } = defaultFunctionLimits;
  const specs = createSpecs({
    registry: { openPackage: async () => unpacked },
    limits: { wallMs, cpuMs, maxResponseBytes },
    ...(ceilings === undefined ? {} : { ceilings }),
  });
  const live = createLive(keys, {
    digest: unpacked.digest,
    manifest: { server: { entry: "server.js", limits: asked }, resources: { memory: 128 } },
  });
  return (await specs.load(live)).limits;
}

it("gives a function that asks for nothing the defaults, and its memory and share", async () => {
  const limits = await limitsOf({});
  expect(limits).toEqual({ ...defaultFunctionLimits, memoryMb: 128, cpuPercent: 50 });
});

it("gives what a manifest asks, just up to the operator's ceiling", async () => {
  const asked = { maxSubrequests: 50, logLinesPerSecond: 20, wallMs: 60_000 };
  const ceilings = { maxSubrequests: 49, logLinesPerSecond: 20, wallMs: 60_001, memory: 64 };
  expect(await limitsOf(asked, ceilings)).toMatchObject({
    maxSubrequests: 49,
    logLinesPerSecond: 20,
    wallMs: 60_000,
    memoryMb: 64,
  });
});

it("clamps a default that is above the ceiling", async () => {
  expect(await limitsOf({}, { cpuMs: 5, egressRequestsPerSecond: 1 })).toMatchObject({
    cpuMs: 5,
    egressRequestsPerSecond: 1,
  });
});

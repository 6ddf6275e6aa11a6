/**
 * What a cell costs: to wake an app, to keep it idle, and to call a capability through the
 * gateway. Each part has its sides in one run, in turn.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { measureCapabilityCall } from "./cells/capability-call.ts";
import { measureFirstResponse } from "./cells/first-response.ts";
import { measureIdleMemory } from "./cells/idle-memory.ts";

export const cells: Bench = {
  name: "cells",
  summary: "first response of a sleeping app, memory of an idle one, and a capability call",
  run,
};

async function run(options: BenchOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "bc-"));
  try {
    return {
      ...(await measureIdleMemory(folder, options)),
      ...(await measureFirstResponse(folder, options)),
      ...(await measureCapabilityCall(options)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

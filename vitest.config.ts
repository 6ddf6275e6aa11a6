/**
 * One project per package (its name is the package's), and one for each folder of `test/`.
 *
 * Workspace packages are read from their TypeScript sources by the condition `berth-source`, both
 * by Vite and by whatever Node processes and threads a test starts. Three workers: two keep two
 * processors busy with real cells, browsers and databases, except while they wait for one.
 */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const conditions = ["berth-source", "module", "node", "development|production"];
const unitTimeoutMs = 60_000;
/** A busy machine may take seconds for what takes milliseconds; one that never comes still fails. */
const pollTimeoutMs = 30_000;
const systemTimeoutMs = 120_000;

interface ProjectInput {
  readonly name: string;
  readonly folder: string;
  readonly timeoutMs: number;
}

function project({ name, folder, timeoutMs }: ProjectInput) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ["berth-source", "node"] } },
    // The house checks count the modules they saw; their fixtures are not tests.
    test: {
      name,
      root,
      include: [`${folder}/**/*.test.ts`, `${folder}/**/*.test.tsx`],
      exclude: ["**/node_modules/**", "**/dist/**", "**/fixtures/**"],
      environment: "node",
      pool: "forks" as const,
      // Files share a worker, and with it the modules and the compiled database; none may leave
      // anything behind in a global.
      isolate: false,
      // Databases that live for seconds are not worth compiling their engine a second time.
      execArgv: ["--conditions=berth-source", "--liftoff-only"],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      expect: { poll: { timeout: pollTimeoutMs } },
      teardownTimeout: 20_000,
    },
  };
}

const packages = [
  "protocol",
  "bundle",
  "audit",
  "cells",
  "sdk",
  "client",
  "browser",
  "react",
  "server",
  "console",
  "cli",
].map((name) => project({ name, folder: `packages/${name}/test`, timeoutMs: unitTimeoutMs }));

const across = [
  project({ name: "house", folder: "test/house", timeoutMs: systemTimeoutMs }),
  project({ name: "integration", folder: "test/integration", timeoutMs: systemTimeoutMs }),
  project({ name: "hostile", folder: "test/hostile", timeoutMs: systemTimeoutMs }),
  project({ name: "e2e", folder: "test/e2e", timeoutMs: systemTimeoutMs }),
  project({ name: "apps", folder: "apps/*/test", timeoutMs: unitTimeoutMs }),
  project({ name: "benchmarks", folder: "benchmarks/test", timeoutMs: systemTimeoutMs }),
];

export default defineConfig({
  test: {
    projects: [...packages, ...across],
    maxWorkers: 3,
  },
});

import { expect, it } from "vitest";
import {
  clampFunctionLimits,
  defaultFunctionLimits,
  functionLimitNames,
  maxFunctionLimits,
  parseManifest,
} from "../src/index.ts";

const manifestWith = (limits: Record<string, unknown>) => ({
  id: "notes",
  name: "Notes",
  version: "1.0.0",
  description: "Keeps notes.",
  server: { entry: "server.js", limits },
});

it("gives what is asked, the default for what is not, and never more than the ceiling", () => {
  const given = clampFunctionLimits(
    { wallMs: 60_000, cpuMs: 90_000 },
    { cpuMs: 2_000, startMs: 500 },
  );
  expect(given).toEqual({ ...defaultFunctionLimits, wallMs: 60_000, cpuMs: 2_000, startMs: 500 });
  expect(clampFunctionLimits({}, {}, { wallMs: 1_234 }).wallMs).toBe(1_234);
  expect(clampFunctionLimits({ wallMs: 1e9 }, {}).wallMs).toBe(maxFunctionLimits.wallMs);
});

it("takes each limit in a manifest up to its widest, and refuses one more", () => {
  for (const name of functionLimitNames) {
    const most = maxFunctionLimits[name];
    expect(parseManifest(manifestWith({ [name]: most })).server?.limits).toEqual({ [name]: most });
    expect(() => parseManifest(manifestWith({ [name]: most + 1 }))).toThrow(
      `server.limits.${name}`,
    );
    expect(() => parseManifest(manifestWith({ [name]: -1 }))).toThrow(`server.limits.${name}`);
    expect(() => parseManifest(manifestWith({ [name]: 1_000.5 }))).toThrow(`server.limits.${name}`);
  }
});

it("keeps every default within its widest", () => {
  for (const name of functionLimitNames) {
    expect(defaultFunctionLimits[name]).toBeLessThanOrEqual(maxFunctionLimits[name]);
  }
});

import { parseManifest } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import {
  type ConfigBounds,
  createConfigChecker,
  defaultConfigBounds,
} from "../../../src/installation/config/check-config.ts";
import { configHashOf } from "../../../src/installation/config/config-hash.ts";
import type { JsonObject } from "../../../src/installation/live.ts";

const manifestWith = (config?: Record<string, unknown>) =>
  parseManifest({
    id: "app",
    name: "App",
    version: "1.0.0",
    description: "App.",
    server: { entry: "server.js", ...(config === undefined ? {} : { config }) },
  });

const schema = {
  type: "object",
  properties: {
    url: { type: "string" },
    mode: { enum: ["fast", "careful"], default: "careful" },
    nested: { type: "object", properties: { size: { type: "integer", minimum: 1 } } },
  },
  required: ["url"],
  additionalProperties: false,
};

const checker = createConfigChecker();
const checkConfig = (
  manifest: Parameters<typeof checker.check>[1],
  config: JsonObject,
  bounds?: Partial<ConfigBounds>,
) => (bounds === undefined ? checker : createConfigChecker(bounds)).check("acme", manifest, config);

const failure = (config: JsonObject, using: Record<string, unknown> | undefined = schema) =>
  checkConfig(manifestWith(using), config).then(
    () => undefined,
    (error: unknown) => error,
  );

describe("configuration", () => {
  it("fills the schema's defaults in and leaves the rest as it is", async () => {
    const config = await checkConfig(manifestWith(schema), { url: "x" });
    expect(config).toEqual({ url: "x", mode: "careful" });
  });

  it.each([
    [{}, "config.url is missing; set it."],
    [{ url: 7 }, "config.url is 7; it must be string."],
    [{ url: "x", mode: "slow" }, 'config.mode is "slow"; expected one of "fast", "careful".'],
    [{ url: "x", nested: { size: 0 } }, "config.nested.size is 0; it must be >= 1."],
    [{ url: "x", sise: 1 }, "config.sise is not a setting of this app; remove it."],
  ])("refuses %j, naming path, value and mend", async (config, message) => {
    expect(await failure(config)).toMatchObject({ code: "CONFIG_INVALID", message });
  });

  it("reads schemas of draft 7 as well", async () => {
    const draft7 = { $schema: "http://json-schema.org/draft-07/schema#", ...schema };
    expect(await checkConfig(manifestWith(draft7), { url: "x" })).toHaveProperty("mode");
  });

  it("takes no settings for an app without a schema", async () => {
    expect(await checkConfig(manifestWith(), {})).toEqual({});
    const refused = await checkConfig(manifestWith(), { url: "x" }).catch((error) => error);
    expect(refused).toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("blames the publisher for a schema that cannot be used", async () => {
    expect(await failure({}, { type: "strnig" })).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("its publisher must mend server.config"),
    });
    expect(await failure({}, { $ref: "https://example.com/other.json" })).toMatchObject({
      code: "CONFIG_INVALID",
    });
  });

  it("gives up on a pattern that runs for ever, and the process goes on", async () => {
    const evil = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
    const bounds = { timeoutMs: 500 };
    const config = { a: `${"a".repeat(64)}!` };
    await expect(checkConfig(manifestWith(evil), config, bounds)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("within 500 ms"),
    });
  });

  it("counts the check's time only, and blames nobody for a host too busy to start it", async () => {
    const bounds = { timeoutMs: 5_000, startTimeoutMs: 1 };
    await expect(checkConfig(manifestWith(schema), { url: "x" }, bounds)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.not.stringContaining("publisher"),
    });
  });

  it("checks no more at once than it may, and refuses what would wait too long", async () => {
    const evil = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
    const narrow = createConfigChecker({ maxChecksAtOnce: 1, maxWaiting: 1, timeoutMs: 200 });
    const ended: string[] = [];
    const ask = (organization: string, name: string) =>
      narrow
        .check(organization, manifestWith(evil), { a: `${"a".repeat(64)}!` })
        .catch((error: { code: string }) => ended.push(`${name} ${error.code}`));
    await Promise.all([ask("o", "1"), ask("o", "2"), ask("o", "3"), ask("p", "4")]);
    expect(ended).toEqual([
      "3 RATE_LIMITED",
      "1 CONFIG_INVALID",
      "2 CONFIG_INVALID",
      "4 CONFIG_INVALID",
    ]);
  });

  it("blames the publisher for a schema that refers to itself without end", async () => {
    expect(await failure({}, { $ref: "#" })).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("its publisher must mend"),
    });
  });

  it("does not let a default reach the prototype of anything here", async () => {
    const evil = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"object","default":{"polluted":true}}}}',
    );
    // It may refuse such a schema or take it; what counts is what is left behind.
    await Promise.allSettled([checkConfig(manifestWith(evil), {})]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("refuses a configuration and a schema above their bounds", async () => {
    const big = { url: "x".repeat(defaultConfigBounds.maxConfigBytes) };
    expect(await failure(big)).toMatchObject({ code: "CONFIG_INVALID" });
    const wide = { type: "object", description: "x".repeat(defaultConfigBounds.maxSchemaBytes) };
    expect(await failure({}, wide)).toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("the configuration's hash", () => {
  it("is the same whatever order the keys came in, and another for another value", () => {
    const one = configHashOf({ a: 1, b: { c: [1, 2], d: null } });
    expect(configHashOf({ b: { d: null, c: [1, 2] }, a: 1 })).toBe(one);
    expect(configHashOf({ a: 1, b: { c: [2, 1], d: null } })).not.toBe(one);
    expect(one).toMatch(/^[0-9a-f]{16}$/);
  });
});

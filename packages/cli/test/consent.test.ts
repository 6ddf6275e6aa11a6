import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PermissionView } from "@berth/protocol/api";
import { describe, expect, it } from "vitest";
import { answerConsent } from "../src/consent/answer.ts";
import { readConfigOptions } from "../src/consent/config.ts";
import { describePermission } from "../src/consent/plain-words.ts";
import { parseSecretName } from "../src/consent/secrets.ts";
import type { CliContext } from "../src/context.ts";
import { createTerminal } from "../src/terminal/terminal.ts";

const { signal } = new AbortController();
const { stderr, stdin, stdout } = process;
const context: CliContext = {
  terminal: createTerminal({ isJson: true, signal, stderr, stdin, stdout }),
  ...{ env: {}, cwd: "/", homeFolder: "/nowhere", signal },
  now: () => 0,
  endsItself: () => undefined,
};

const permissions: readonly PermissionView[] = [
  { type: "api", resource: "/api/*", actions: ["read"] },
  { type: "network", resource: "api.example.com", actions: ["connect"], optional: true },
  { type: "data", resource: "*", actions: ["write"] },
];

describe("consent", () => {
  it("grants all, or what is numbered with all that is required", async () => {
    const grantAll = { grantAll: true };
    expect(await answerConsent(context, permissions, grantAll)).toEqual([true, true, true]);
    expect(await answerConsent(context, permissions, { grant: "3, 1" })).toEqual([
      ...[true, false, true],
    ]);
  });

  it.each([
    ["1", "does not work without 3 (data *)"],
    ["0", 'holds "0"'],
    ["4", "numbers from 1 to 3"],
    ["1,,3", 'holds ""'],
    ["all", 'holds "all"'],
  ])("refuses --grant %s", async (grant, message) => {
    await expect(answerConsent(context, permissions, { grant })).rejects.toThrow(message);
  });

  it("grants nothing by itself when nobody can be asked", async () => {
    const refusal = { code: "CONSENT_REFUSED" };
    await expect(answerConsent(context, permissions, {})).rejects.toMatchObject(refusal);
    expect(await answerConsent(context, [], {})).toEqual([]);
  });

  it("says of an app without a sandbox that it acts as its user", () => {
    const permission = {
      type: "ui",
      resource: "act-as-member",
      actions: ["show"],
      optional: false,
    };
    expect(describePermission(permission)).toMatch(/^act as you: .*without a sandbox/);
  });

  it("says what a permission means", () => {
    expect(permissions.map(describePermission)).toEqual([
      "its view calls its own function: read /api and below",
      "connect to api.example.com over the internet",
      "change the data anything",
    ]);
  });
});

describe("configuration", () => {
  const schema = { properties: { title: { type: "string" }, topN: { type: "integer" } } };

  it("reads values by their schema, files and later values included", async () => {
    const folder = await mkdtemp(join(tmpdir(), "berth-config-test-"));
    try {
      await writeFile(join(folder, "c.json"), '{"topN": 1, "deep": {"a": [true]}}');
      const options = ["@c.json", "title=2026", "topN=5", "free=text=more", "flag=true"];
      expect(await readConfigOptions(folder, options, schema)).toEqual({
        ...{ topN: 5, deep: { a: [true] }, title: "2026", free: "text=more", flag: true },
      });
      await writeFile(join(folder, "c.json"), "[1]");
      await expect(readConfigOptions(folder, ["@c.json"], schema)).rejects.toThrow("not an object");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("makes __proto__ a plain name", async () => {
    const config = await readConfigOptions("/", ['__proto__={"x":1}'], schema);
    expect(Object.keys(config)).toEqual(["__proto__"]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it.each(["title", "=x"])("refuses %j", async (option) => {
    await expect(readConfigOptions("/", [option], schema)).rejects.toThrow("has no name");
  });

  it("refuses a file that is not there", async () => {
    await expect(readConfigOptions("/nowhere", ["@x.json"], null)).rejects.toThrow(
      "/nowhere/x.json",
    );
  });
});

it("refuses names that no secret has", () => {
  expect(parseSecretName("API_TOKEN")).toBe("API_TOKEN");
  expect(() => parseSecretName("path/../x")).toThrow("expected the form API_TOKEN");
});

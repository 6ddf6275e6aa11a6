import { describe, expect, it } from "vitest";
import { apiRoutes } from "../../src/api/index.ts";
import {
  isBerthError,
  isResourcePattern,
  manifestJsonSchema,
  parseManifest,
  permissionsAsked,
  readManifest,
} from "../../src/index.ts";
import { exampleManifest } from "./example.ts";

const wrongFields: readonly [name: string, change: Record<string, unknown>, message: RegExp][] = [
  ["id", { id: "My App" }, /berth\.json id: "My App" is not a slug/],
  ["id missing", { id: undefined }, /berth\.json id is missing; expected a string/],
  ["name", { name: "" }, /name is ""; expected at least 1 characters/],
  ["name too long", { name: "x".repeat(61) }, /expected at most 60 characters/],
  ["version", { version: "1.0" }, /version: "1\.0" is not a semver version/],
  ["description", { description: 7 }, /description is 7; expected a string/],
  ["publisher", { publisher: "a/b" }, /publisher: "a\/b" is not a slug/],
  ["platform", { platform: "newest!" }, /platform: "newest!" is not a semver range/],
  [
    "entryPoint",
    { entryPoint: "../evil.js" },
    /entryPoint: "\.\.\/evil\.js" is not a relative path/,
  ],
  ["entryPoint absolute", { entryPoint: "/etc/passwd" }, /is not a relative path/],
  [
    "workerScript",
    { workerScript: "a//b.js" },
    /workerScript: "a\/\/b\.js" is not a relative path/,
  ],
  [
    "permission type",
    { permissions: [{ type: "netwrok", resource: "/a", actions: ["read"] }] },
    /permissions\[0\]\.type is "netwrok"; expected one of api, .* \(did you mean network\?\)/,
  ],
  [
    "permission actions",
    { permissions: [{ type: "api", resource: "/a", actions: ["connect"] }] },
    /permissions\[0\]\.actions.*holds an action/,
  ],
  [
    "permission resource",
    { permissions: [{ type: "network", resource: "http://x", actions: ["connect"] }] },
    /permissions\[0\]\.resource/,
  ],
  [
    "permission reason",
    { permissions: [{ type: "api", resource: "/a", actions: ["read"], reason: "" }] },
    /permissions\[0\]\.reason/,
  ],
  [
    "permission optional",
    { permissions: [{ type: "api", resource: "/a", actions: ["read"], optional: "yes" }] },
    /permissions\[0\]\.optional is "yes"; expected a boolean/,
  ],
  [
    "sandbox level",
    { security: { sandboxLevel: "loose" } },
    /security\.sandboxLevel is "loose"; expected one of strict, moderate, permissive/,
  ],
  [
    "allowed domain",
    { security: { allowedDomains: ["https://a.com"] } },
    /security\.allowedDomains\[0\]/,
  ],
  [
    "blocked API",
    { security: { blockedAPIs: ["a b"] } },
    /security\.blockedAPIs\[0\]: "a b" is not the name of a global/,
  ],
  [
    "encryption",
    { security: { dataEncryption: 1 } },
    /security\.dataEncryption is 1; expected a boolean/,
  ],
  ["memory", { resources: { memory: 0 } }, /resources\.memory is 0; expected at least 1/],
  ["cpu", { resources: { cpu: 1e9 } }, /resources\.cpu is 1000000000; expected at most 200/],
  ["storage", { resources: { storage: "10" } }, /resources\.storage is "10"; expected a number/],
  ["network", { resources: { network: -1 } }, /resources\.network is -1/],
  ["apiCalls", { resources: { apiCalls: null } }, /resources\.apiCalls is null/],
  [
    "dependency name",
    { dependencies: { crm: "^1.0.0" } },
    /dependencies\.crm .*is not the name of an app/,
  ],
  [
    "dependency range",
    { dependencies: { "acme/crm": "§" } },
    /dependencies\.acme\/crm: "§" is not a semver range/,
  ],
  [
    "ui mode",
    { ui: { mode: "native" } },
    /ui\.mode is "native"; expected one of catalog, html, federated/,
  ],
  [
    "placement",
    { ui: { placements: [{ kind: "page" }] } },
    /ui\.placements\[0\]\.title is missing/,
  ],
  [
    "placement path",
    { ui: { placements: [{ kind: "page", title: "A", path: "x" }] } },
    /placements\[0\]\.path: "x" is not an absolute path/,
  ],
  ["server entry", { server: {} }, /server\.entry is missing/],
  [
    "server secret",
    { server: { entry: "s.js", secrets: [{ name: "token", description: "d" }] } },
    /server\.secrets\[0\]\.name: "token" is not a name such as API_TOKEN/,
  ],
  [
    "server tenancy",
    { server: { entry: "s.js", tenancy: "shared" } },
    /server\.tenancy is "shared"/,
  ],
  [
    "server schedule",
    { server: { entry: "s.js", schedules: [{ name: "n" }] } },
    /server\.schedules\[0\]\.cron is missing/,
  ],
  [
    "server tool",
    { server: { entry: "s.js", tools: [{ name: "t", description: "d" }] } },
    /server\.tools\[0\]\.inputSchema is missing/,
  ],
  [
    "server webhook",
    { server: { entry: "s.js", webhooks: [{ name: "w", path: "no" }] } },
    /server\.webhooks\[0\]\.path/,
  ],
  [
    "server config",
    { server: { entry: "s.js", config: [] } },
    /server\.config is \[\]; expected a record/,
  ],
  ["health path", { health: { path: "health" } }, /health\.path: "health" is not an absolute path/],
  [
    "health timeout",
    { health: { path: "/h", timeoutMs: 1 } },
    /health\.timeoutMs is 1; expected at least 100/,
  ],
  [
    "neither view nor function",
    { entryPoint: undefined },
    /entryPoint is missing and there is no server/,
  ],
  [
    "unknown field",
    { entrypoint: "a.js" },
    /berth\.json entrypoint is not a known field; did you mean entryPoint\?/,
  ],
  [
    "unknown nested field",
    { resources: { memry: 3 } },
    /resources\.memry is not a known field; did you mean memory\?/,
  ],
];

describe("parseManifest", () => {
  it("takes the known example unchanged and keeps every value", () => {
    expect(parseManifest(exampleManifest)).toMatchObject(exampleManifest);
  });

  it("fills in every default", () => {
    const manifest = parseManifest({
      id: "a",
      name: "A",
      version: "0.1.0",
      description: "d",
      entryPoint: "a.js",
    });
    expect(manifest.security.sandboxLevel).toBe("strict");
    expect(manifest.resources.memory).toBe(64);
    expect(manifest.ui.mode).toBe("catalog");
    expect(manifest.platform).toBe("^1.0.0");
  });

  it.each(wrongFields)(
    "refuses a wrong %s and says where, what and how to mend it",
    (_, change, message) => {
      const { manifest, problems } = readManifest({ ...exampleManifest, ...change });
      expect(manifest).toBeUndefined();
      expect(problems.map((problem) => problem.message).join("\n")).toMatch(message);
    },
  );

  it.each([null, 7, "text", [], undefined])("refuses %j as a whole", (value) => {
    expect(() => parseManifest(value)).toThrow(/berth\.json/);
  });

  it("reports every problem at once, the first in the message", () => {
    try {
      parseManifest({ ...exampleManifest, id: "A B", version: "x" });
      expect.unreachable();
    } catch (error) {
      expect(isBerthError(error, "MANIFEST_INVALID")).toBe(true);
      expect(error).toMatchObject({ details: { problems: [{ path: "id" }, { path: "version" }] } });
      expect(String(error)).toContain("(1 more)");
    }
  });

  it("does not let a manifest set a prototype", () => {
    const manifest = readManifest(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(manifest.manifest).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("permissionsAsked", () => {
  it("counts allowed domains as network permissions, each once", () => {
    const manifest = parseManifest({
      ...exampleManifest,
      permissions: [
        ...exampleManifest.permissions,
        { type: "network", resource: "api.calculator.com", actions: ["connect"], reason: "rates" },
      ],
    });
    expect(permissionsAsked(manifest)).toEqual([
      { type: "api", resource: "/api/calculations/*", actions: ["read", "write"] },
      { type: "network", resource: "api.calculator.com", actions: ["connect"], reason: "rates" },
    ]);
  });
});

describe("the level permissive", () => {
  it("is a permission of its own, the first, which no manifest can make optional", () => {
    const manifest = parseManifest({
      ...exampleManifest,
      permissions: [
        { type: "ui", resource: "act-as-member", actions: ["show"], optional: true },
        ...exampleManifest.permissions,
      ],
      security: { sandboxLevel: "permissive" },
    });
    expect(permissionsAsked(manifest)).toEqual([
      { type: "ui", resource: "act-as-member", actions: ["show"] },
      { type: "api", resource: "/api/calculations/*", actions: ["read", "write"] },
    ]);
  });
});

describe("the metered engine", () => {
  const metered = (change: object = {}) =>
    readManifest({ ...exampleManifest, runtime: { engine: "quickjs" }, ...change });

  it("is asked for by an app without a UI, with limits of its own", () => {
    const { server: _server, ...rest } = exampleManifest as Record<string, unknown>;
    expect(metered().manifest?.runtime).toEqual({
      ...{ engine: "quickjs", turnInstructions: 20_000_000 },
    });
    expect(rest).not.toHaveProperty("runtime");
    expect(
      metered({ runtime: { engine: "quickjs", turnInstructions: 9_999 } }).problems[0]?.message,
    ).toContain("runtime.turnInstructions is 9999; expected at least 10000");
  });

  it.each([
    ["placements", { ui: { placements: [{ kind: "page", title: "x" }] } }],
    ["its own HTML", { ui: { mode: "html" }, security: { sandboxLevel: "moderate" } }],
    ["another level", { security: { sandboxLevel: "permissive" } }],
    ["no view's module", { entryPoint: undefined, server: { entry: "s.js" } }],
  ])("is not for an app with %s", (_what, change) => {
    expect(metered(change).problems.map(({ path }) => path)).toEqual(["runtime.engine"]);
  });
});

describe("manifestJsonSchema", () => {
  it("describes what authors write, so that defaults are not required", () => {
    const schema = manifestJsonSchema();
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(schema.required).toEqual(["id", "name", "version", "description"]);
  });
});

describe("texts that people are shown", () => {
  const hidden = ["\u001b", "\u009b", "\u202e", "\u2066", "\u2028", "\u2029", "\r"];
  const ask = (change: object) => ({
    permissions: [{ type: "data", resource: "/orders", actions: ["read"], ...change }],
  });
  const places: readonly [string, (text: string) => Record<string, unknown>][] = [
    ["name", (name) => ({ name })],
    ["description", (description) => ({ description })],
    ["permissions[0].resource", (resource) => ask({ resource })],
    ["permissions[0].reason", (reason) => ask({ reason })],
    ["ui.placements[0].title", (title) => ({ ui: { placements: [{ kind: "page", title }] } })],
    [
      "server.secrets[0].description",
      (description) => ({ server: { entry: "s.js", secrets: [{ name: "A", description }] } }),
    ],
    [
      "server.schedules[0].cron",
      (cron) => ({ server: { entry: "s.js", schedules: [{ name: "a", cron }] } }),
    ],
    [
      "server.tools[0].description",
      (description) => ({
        server: { entry: "s.js", tools: [{ name: "a", description, inputSchema: {} }] },
      }),
    ],
  ];

  it.each(places)("refuses unseen characters in %s and names them", (path, change) => {
    expect(readManifest({ ...exampleManifest, ...change("a/b") }).problems).toEqual([]);
    for (const character of hidden) {
      const [problem] = readManifest({ ...exampleManifest, ...change(`a${character}b`) }).problems;
      const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      expect(problem?.path).toBe(path);
      expect(problem?.message).toContain(`holds U+${code}, a control or direction character`);
      expect(problem?.message).not.toContain(character);
    }
  });

  it("allows line feeds and tabs in the description only", () => {
    const text = "one\n\ttwo";
    expect(readManifest({ ...exampleManifest, description: text }).problems).toEqual([]);
    expect(readManifest({ ...exampleManifest, name: text }).problems).toHaveLength(1);
  });

  it("refuses patterns with characters that are drawn as nothing", () => {
    for (const character of ["\u200b", "\u2060", "\u00ad", "\ud800", ...hidden]) {
      expect(isResourcePattern("data", `/orders${character}/x`)).toBe(false);
    }
    expect(isResourcePattern("data", "/pedidos/ação/注文")).toBe(true);
  });

  it("refuses them in the names that publishers and keys are shown by", () => {
    const publicKey = `${"A".repeat(43)}=`;
    const read = (text: string) => [
      apiRoutes.createPublisher.body.safeParse({ name: "acme", displayName: text }),
      apiRoutes.addPublisherKey.body.safeParse({ publicKey, label: text }),
      apiRoutes.createApiKey.body.safeParse({ name: text }),
    ];
    expect(read("Acme Café").map(({ success }) => success)).toEqual([true, true, true]);
    for (const character of ["\n", ...hidden]) {
      for (const { error } of read(`a${character}b`)) {
        expect(error?.issues[0]?.message).toMatch(/^holds U\+[0-9A-F]{4}, .*; remove it$/);
      }
    }
  });
});

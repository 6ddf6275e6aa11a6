/**
 * The layers of the house, as the design's table gives them, kept by `npm run layers`.
 *
 * `@swc/core` must be installed: without it dependency-cruiser reads no TypeScript and reports
 * success over zero modules. `test/house/layers.test.ts` plants violations and counts modules.
 */
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");
const { Visitor } = require("@swc/core/Visitor.js");

// The visitor by which dependency-cruiser reads TypeScript predates `using` and stops at it. A
// `using` declaration has the shape of a variable's; this teaches the visitor so much.
const visitOtherStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function visitStatement(statement) {
  return statement.type === "UsingDeclaration"
    ? this.visitVariableDeclaration({ ...statement, declarations: statement.decls })
    : visitOtherStatement.call(this, statement);
};

/** What each package may import of the others. A new package gets its row here. */
const mayImport = {
  protocol: [],
  bundle: ["protocol"],
  cells: ["protocol"],
  checks: ["protocol"],
  audit: ["protocol"],
  sdk: ["protocol"],
  client: ["protocol"],
  browser: ["protocol"],
  react: ["browser", "protocol"],
  server: ["protocol", "bundle", "cells", "checks", "audit"],
  console: ["react", "client", "browser", "protocol"],
  cli: [
    ...["protocol", "bundle", "cells", "checks", "audit", "sdk", "client"],
    ...["browser", "react", "server", "console"],
  ],
};

/** Packages whose sources run outside Node: no Node built-ins. */
const portable = ["protocol", "sdk", "client", "browser", "react", "console"];

/** The server's shared ground; every other folder of its sources is a domain. */
const ground = "storage|http|jobs";
const compose = "compose|compose\\.ts";

/** The files that a package's `exports` name, as repository paths. */
function publicEntries() {
  const entries = [];
  for (const name of existsSync("packages") ? readdirSync("packages") : []) {
    const manifest = path.join("packages", name, "package.json");
    if (!existsSync(manifest)) continue;
    for (const target of Object.values(JSON.parse(readFileSync(manifest, "utf8")).exports ?? {})) {
      const files =
        typeof target === "object" && target !== null ? Object.values(target) : [target];
      for (const file of files) entries.push(path.posix.join("packages", name, file));
    }
  }
  return entries;
}

const escapePattern = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

const layerRules = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `${name} may import only: ${allowed.join(", ") || "nothing of the other packages"}.`,
  severity: "error",
  from: { path: `^packages/${name}/(?!test/)` },
  to: { path: "^packages/", pathNot: `^packages/(?:${[name, ...allowed].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "package-without-layer",
      comment: "A new package needs a row in mayImport of .dependency-cruiser.cjs.",
      severity: "error",
      from: { path: `^packages/(?!(?:${Object.keys(mayImport).join("|")})/)` },
      to: {},
    },
    {
      name: "no-cycles",
      comment:
        "Modules that need each other are one module, or need a third. A circle that a type closes is none when it runs.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-internals-of-packages",
      comment: "Another package is used through the entries that its package.json exports.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/",
        pathNot: ["^packages/$1/", ...publicEntries().map((entry) => `^${escapePattern(entry)}$`)],
      },
    },
    {
      name: "no-internals-from-outside",
      comment: "Apps, benchmarks, tests and scripts use packages through their exported entries.",
      severity: "error",
      from: { path: "^(?:apps|benchmarks|test|scripts)/" },
      to: {
        path: "^packages/[^/]+/",
        pathNot: publicEntries().map((entry) => `^${escapePattern(entry)}$`),
      },
    },
    {
      name: "apps-are-publishers",
      comment: "A sample app sees what any publisher sees: the SDK.",
      severity: "error",
      from: { path: "^apps/[^/]+/(?!test/)" },
      to: { path: "^packages/", pathNot: "^packages/sdk/" },
    },
    {
      name: "packages-do-not-look-up",
      comment: "Packages know nothing of apps, benchmarks, cross-package tests and scripts.",
      severity: "error",
      from: { path: "^packages/[^/]+/(?!test/)" },
      to: { path: "^(?:apps|benchmarks|test|scripts)/" },
    },
    {
      name: "sources-do-not-import-tests",
      severity: "error",
      from: { path: "^(?:packages|apps)/[^/]+/(?!test/)" },
      to: { path: "^(?:packages|apps)/[^/]+/test/" },
    },
    {
      name: "domains-by-types-only",
      comment:
        "A server domain reaches another through an interface passed in by the composition root; it may import its types, nothing that runs.",
      severity: "error",
      from: { path: `^packages/server/src/(?!(?:${ground}|${compose})(?:/|$))([^/]+)/` },
      to: {
        path: `^packages/server/src/(?!(?:${ground})/)[^/]+/`,
        pathNot: "^packages/server/src/$1/",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "tables-are-their-domains-own",
      comment: "Not even the types of another domain's tables: ask its interface.",
      severity: "error",
      from: { path: `^packages/server/src/(?!(?:${ground}|${compose})(?:/|$))([^/]+)/` },
      to: {
        path: "^packages/server/src/.+/tables\\.ts$",
        pathNot: ["^packages/server/src/$1/", `^packages/server/src/(?:${ground})/`],
      },
    },
    {
      name: "ground-knows-no-domain",
      comment: "storage, http and jobs lie under the domains.",
      severity: "error",
      from: { path: `^packages/server/src/(?:${ground})/` },
      to: {
        path: `^packages/server/src/(?!(?:${ground})/)[^/]+/`,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "domains-do-not-compose",
      comment: "Only the package's entry may import the composition root.",
      severity: "error",
      from: { path: "^packages/server/src/(?!compose/|compose\\.ts$|index\\.ts$)" },
      to: { path: `^packages/server/src/(?:${compose})(?:/|$)` },
    },
    {
      name: "portable-packages-without-node",
      comment: `${portable.join(", ")} also run outside Node.`,
      severity: "error",
      from: { path: `^packages/(?:${portable.join("|")})/src/` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-undeclared-dependency",
      comment: "Name it in the package.json of the workspace that imports it.",
      severity: "error",
      from: {},
      // A package's own alias (package.json, `imports`) is no name that could be looked up; where what it
      // means is not installed, the types do not resolve.
      to: {
        dependencyTypes: ["npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["aliased-subpath-import"],
      },
    },
    {
      name: "no-dev-dependency-in-sources",
      comment: "What ships is a dependency. The console ships as built files, so it may.",
      severity: "error",
      from: { path: "^packages/(?!console/)[^/]+/src/" },
      to: {
        dependencyTypes: ["npm-dev"],
        dependencyTypesNot: ["type-only", "npm-peer", "npm"],
      },
    },
    {
      name: "resolvable",
      comment: "The import leads nowhere. Names that only exist inside a cell are left out.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(?:(?:cloudflare|virtual):|berth-)" },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: "node_modules|/dist/" },
    // Hostile apps import whatever might be there.
    exclude: { path: "(?:^|/)(?:dist|generated|fixtures)/|^test/hostile/server/apps/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["berth-source", "import", "module", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
    },
    builtInModules: { add: ["cloudflare:workers"] },
  },
};

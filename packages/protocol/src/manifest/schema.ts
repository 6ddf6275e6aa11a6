/**
 * The manifest, `berth.json`: what an app is, what it asks for and what limits it.
 * The JSON Schema that editors use is generated from here.
 */
import * as z from "#schema";
import { isSlug } from "../ids.ts";
import {
  defaultEngineLimits,
  defaultResourceLimits,
  type FunctionLimits,
  maxEngineLimits,
  maxFunctionLimits,
  maxResourceLimits,
  type ResourceLimits,
} from "../limits.ts";
import { isResourcePattern, permissionSchema } from "../permissions/grammar.ts";
import { describeHidden, isPlainBlock, isPlainLine } from "../plain-text.ts";

/** Version of the interface between apps and Berth, which `platform` is a range of. */
export const platformVersion = "1.0.0";

const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const range = /^[\d x*.^~<>=|&a-zA-Z+-]{1,100}$/;
const relativePath = /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/\/)[A-Za-z0-9_@+.\-/]{1,200}$/;
const globalName = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,3}$/;

const rule = (pattern: RegExp, message: string) => z.regex(pattern, { error: message });
const plainLine = z.refine<string>(isPlainLine, {
  error: (issue) => describeHidden(issue.input),
});
const plainBlock = z.refine<string>(isPlainBlock, {
  error: (issue) => describeHidden(issue.input, true),
});
const text = (max: number) => z.string().check(z.minLength(1), z.maxLength(max), plainLine);
const slug = z
  .string()
  .check(
    z.refine(isSlug, "is not a slug; expected lower-case letters, digits and dashes, at most 64"),
  );
const path = z
  .string()
  .check(rule(relativePath, "is not a relative path inside the package, such as src/view.js"));
const versionRange = z.string().check(rule(range, "is not a semver range, such as ^1.2.0"));
const route = z
  .string()
  .check(rule(/^\/[A-Za-z0-9_.~\-/]{0,199}$/, "is not an absolute path, such as /health"));

/** JSON Schema is checked by the server's validator; here only its outline. */
const jsonSchema = z.record(z.string(), z.unknown());

const resource = (name: keyof ResourceLimits, integer = false) =>
  z._default(
    z.number().check(z.minimum(integer ? 0 : 1), z.maximum(maxResourceLimits[name])),
    defaultResourceLimits[name],
  );

const resources = z.strictObject({
  memory: resource("memory"),
  cpu: resource("cpu"),
  storage: resource("storage", true),
  network: resource("network", true),
  apiCalls: resource("apiCalls", true),
});

const domain = z
  .string()
  .check(
    z.refine(
      (value) => isResourcePattern("network", value),
      "is not a host name, such as api.example.com or *.example.com",
    ),
  );

const security = z.strictObject({
  sandboxLevel: z._default(z.enum(["strict", "moderate", "permissive"]), "strict"),
  allowedDomains: z._default(z.array(domain).check(z.maxLength(50)), []),
  blockedAPIs: z._default(
    z
      .array(z.string().check(rule(globalName, "is not the name of a global, such as eval")))
      .check(z.maxLength(100)),
    [],
  ),
  dataEncryption: z._default(z.boolean(), true),
  auditLogging: z._default(z.boolean(), true),
});

const placement = z.strictObject({
  kind: z.enum(["page", "panel", "widget"]),
  path: z.optional(route),
  title: text(60),
  icon: z.optional(text(60)),
});

const ui = z.strictObject({
  mode: z._default(z.enum(["catalog", "html", "federated"]), "catalog"),
  placements: z._default(z.array(placement).check(z.maxLength(20)), []),
});

/** What the view's module runs on; `quickjs` holds it to hard limits, and gives it nothing to draw with. */
const runtime = z.strictObject({
  engine: z._default(z.enum(["native", "quickjs"]), "native"),
  /** Turns of loops and calls of functions, counted by ten thousand, in one turn of the app. */
  turnInstructions: z._default(
    z.number().check(z.int(), z.minimum(10_000), z.maximum(maxEngineLimits.turnInstructions)),
    defaultEngineLimits.turnInstructions,
  ),
  /** The same from the app's start until its stop; left out, there is no such end. */
  totalInstructions: z.optional(
    z.number().check(z.int(), z.minimum(10_000), z.maximum(Number.MAX_SAFE_INTEGER)),
  ),
});

const name64 = z
  .string()
  .check(rule(/^[A-Za-z][\w.-]{0,63}$/, "is not a name of letters, digits, dots, dashes"));

/** Left out, it is the default; what is asked may be clamped by the operator. */
const bound = (name: keyof FunctionLimits, least = 1) =>
  z.optional(z.number().check(z.int(), z.minimum(least), z.maximum(maxFunctionLimits[name])));

const functionBounds = z.strictObject({
  wallMs: bound("wallMs", 100),
  cpuMs: bound("cpuMs", 10),
  cpuBurstMs: bound("cpuBurstMs", 0),
  startMs: bound("startMs", 100),
  maxRequestBytes: bound("maxRequestBytes", 0),
  maxResponseBytes: bound("maxResponseBytes", 0),
  maxConcurrentRequests: bound("maxConcurrentRequests"),
  maxQueuedRequests: bound("maxQueuedRequests", 0),
  maxSubrequests: bound("maxSubrequests", 0),
  egressRequestsPerSecond: bound("egressRequestsPerSecond"),
  egressBytesPerSecond: bound("egressBytesPerSecond", 1_024),
  socketMessagesPerSecond: bound("socketMessagesPerSecond"),
  socketBytesPerSecond: bound("socketBytesPerSecond", 1_024),
  logLinesPerSecond: bound("logLinesPerSecond"),
  maxLogLineLength: bound("maxLogLineLength", 80),
});

const server = z.strictObject({
  entry: path,
  limits: z.prefault(functionBounds, {}),
  schedules: z._default(
    z
      .array(z.strictObject({ name: name64, cron: text(100), timezone: z.optional(text(60)) }))
      .check(z.maxLength(20)),
    [],
  ),
  events: z._default(z.array(name64).check(z.maxLength(50)), []),
  tools: z._default(
    z
      .array(
        z.strictObject({
          name: name64,
          description: text(1000),
          inputSchema: jsonSchema,
          outputSchema: z.optional(jsonSchema),
        }),
      )
      .check(z.maxLength(50)),
    [],
  ),
  webhooks: z._default(
    z.array(z.strictObject({ name: name64, path: route })).check(z.maxLength(20)),
    [],
  ),
  secrets: z._default(
    z
      .array(
        z.strictObject({
          name: z.string().check(rule(/^[A-Z][A-Z0-9_]{0,63}$/, "is not a name such as API_TOKEN")),
          description: text(280),
          optional: z.optional(z.boolean()),
        }),
      )
      .check(z.maxLength(30)),
    [],
  ),
  config: z.optional(jsonSchema),
  tenancy: z._default(z.enum(["dedicated", "organization", "fleet"]), "dedicated"),
  compatibilityDate: z.optional(
    z.string().check(rule(/^20\d\d-[01]\d-[0-3]\d$/, "is not a date, such as 2026-11-01")),
  ),
  compatibilityFlags: z._default(z.array(name64).check(z.maxLength(10)), []),
});

export const manifestSchema = z
  .strictObject({
    $schema: z.optional(z.string()),
    id: slug,
    name: text(60),
    version: z
      .string()
      .check(rule(semver, "is not a semver version, such as 1.0.0"), z.maxLength(64)),
    description: z.string().check(z.minLength(1), z.maxLength(1000), plainBlock),
    publisher: z.optional(slug),
    platform: z._default(versionRange, "^1.0.0"),
    /** The view's module; `berth pack` builds it from the same name in .ts or .tsx. */
    entryPoint: z.optional(path),
    /** Replaces the standard worker bootstrap. */
    workerScript: z.optional(path),
    permissions: z._default(z.array(permissionSchema).check(z.maxLength(100)), []),
    security: z.prefault(security, {}),
    resources: z.prefault(resources, {}),
    dependencies: z._default(
      z.record(
        z
          .string()
          .check(
            rule(
              /^[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/,
              "is not the name of an app, such as acme/crm",
            ),
          ),
        versionRange,
      ),
      {},
    ),
    ui: z.prefault(ui, {}),
    runtime: z.optional(runtime),
    server: z.optional(server),
    health: z.optional(
      z.strictObject({
        path: route,
        timeoutMs: z._default(z.number().check(z.int(), z.minimum(100), z.maximum(30_000)), 5_000),
      }),
    ),
  })
  .check(
    z.refine((manifest) => Boolean(manifest.entryPoint ?? manifest.server), {
      path: ["entryPoint"],
      message:
        "is missing and there is no server; an app has a view (entryPoint), a function (server.entry) or both",
    }),
    z.refine((manifest) => manifest.runtime?.engine !== "quickjs" || isLogicOnly(manifest), {
      path: ["runtime", "engine"],
      message:
        "is for apps without a UI; it needs an entryPoint, security.sandboxLevel strict, and neither ui.placements nor another ui.mode than catalog",
    }),
  );

function isLogicOnly(manifest: {
  readonly entryPoint?: string | undefined;
  readonly security: z.output<typeof security>;
  readonly ui: z.output<typeof ui>;
}): boolean {
  const { entryPoint, security: held, ui: shown } = manifest;
  const isUnseen = shown.mode === "catalog" && shown.placements.length === 0;
  return entryPoint !== undefined && held.sandboxLevel === "strict" && isUnseen;
}

/** A manifest as its author writes it: defaults may be left out. */
export type AppManifest = z.input<typeof manifestSchema>;
/** A manifest after parsing: every default filled in. */
export type ParsedManifest = z.output<typeof manifestSchema>;
export type Placement = z.output<typeof placement>;

/** Installations, their runs, configuration, logs and views as the API shows them. */
import * as z from "zod";
import { runStates, stepStates } from "../lifecycle/install-steps.ts";
import { installationStates } from "../lifecycle/installation.ts";
import { plainLine } from "./plain-line.ts";
import { digestText, empty, instant, permissionView } from "./registry.ts";
import { route } from "./route.ts";

const organization = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .describe("The organization's slug");
const orgParams = z.object({ organization });
const installationParams = orgParams.extend({ installation: z.string().regex(/^i[0-9a-z]{26}$/) });

export const wireErrorView = z.object({
  code: z.string(),
  message: z.string(),
  isRetryable: z.boolean(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const resourcesView = z.object({
  memory: z.number().describe("MB"),
  cpu: z.number().describe("Percent of a core"),
  storage: z.number().describe("MB"),
  network: z.number().describe("Requests a minute"),
  apiCalls: z.number().describe("Calls a minute"),
});

/** What the function may use for one request, or in one second; see `FunctionLimits`. */
export const functionLimitsView = z.object({
  wallMs: z.number(),
  cpuMs: z.number(),
  cpuBurstMs: z.number(),
  startMs: z.number(),
  maxRequestBytes: z.number(),
  maxResponseBytes: z.number(),
  maxConcurrentRequests: z.number(),
  maxQueuedRequests: z.number(),
  maxSubrequests: z.number(),
  egressRequestsPerSecond: z.number(),
  egressBytesPerSecond: z.number(),
  socketMessagesPerSecond: z.number(),
  socketBytesPerSecond: z.number(),
  logLinesPerSecond: z.number(),
  maxLogLineLength: z.number(),
});

export const installationView = z.object({
  id: z.string(),
  organization,
  app: z.string(),
  title: z.string(),
  version: z.string(),
  digest: digestText,
  state: z.enum(installationStates),
  /** Why it is failed or suspended, when it is. */
  stateReason: z.string().nullable(),
  hasView: z.boolean(),
  hasFunction: z.boolean(),
  installedAt: instant,
  updatedAt: instant,
});

export const grantView = permissionView.extend({
  id: z.string(),
  grantedBy: z.string(),
  grantedAt: instant,
});

export const installationDetail = installationView.extend({
  grants: z.array(grantView),
  resources: resourcesView,
  functionLimits: functionLimitsView
    .nullable()
    .describe(
      "Effective: what the manifest asks, clamped by the operator; null without a function",
    ),
  limits: z
    .array(
      z.object({
        name: z.string(),
        asked: z.number().nullable().describe("Null where the manifest says nothing"),
        ceiling: z.number().describe("The operator's, or the widest that a manifest may ask"),
        effective: z.number(),
      }),
    )
    .describe("Every limit of the installation, with what it comes from"),
  configSchema: z.record(z.string(), z.unknown()).nullable(),
  secrets: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      optional: z.boolean(),
      /** First 8 hexadecimal digits of the value's keyed hash; null when not set. */
      fingerprint: z.string().nullable(),
    }),
  ),
  functionOrigin: z.string().nullable(),
  lastRunId: z.string().nullable(),
});

export const usageView = z.object({
  since: instant.describe("When these counters began: installation"),
  requests: z.number(),
  failedRequests: z.number(),
  wallMs: z.number().describe("Of all requests together, each to the end of its answer"),
  cpuMs: z.number(),
  capabilityCalls: z.number(),
  deniedCalls: z.number(),
  egressRequests: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  stateBytes: z.number(),
  stateKeys: z.number(),
  /** Of its cells right now; 0 when it sleeps. */
  memoryBytes: z.number(),
  peakMemoryBytes: z.number().describe("The most that was seen, once a second"),
  cells: z.number(),
  isEstimate: z
    .boolean()
    .describe("It shares a cell now, so processor time and memory are attributed, not measured"),
  /** Of the last 1,000 requests. */
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
});

export const stepView = z.object({
  name: z.string(),
  state: z.enum(stepStates),
  detail: z.string().nullable().describe("What it did, in a sentence"),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
});

export const runView = z.object({
  id: z.string(),
  kind: z.enum(["install", "uninstall"]),
  installation: z.string(),
  state: z.enum(runStates),
  steps: z.array(stepView),
  error: wireErrorView.nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
});

export const logEntryView = z.object({
  id: z.string(),
  at: instant,
  level: z.enum(["debug", "info", "warn", "error"]),
  source: z.enum(["function", "view", "berth"]),
  requestId: z.string().nullable(),
  message: z.string(),
});

/** Everything that a host page needs to run one view. */
export const viewSessionView = z.object({
  token: z.string().describe("Bearer token of the function's host; at most five minutes"),
  expiresAt: instant,
  installation: z.string(),
  instance: z.string().describe("Unguessable name of this view"),
  frameUrl: z.string(),
  functionOrigin: z.string().nullable(),
  bundle: z.object({
    url: z.string(),
    digest: digestText,
    bytes: z.number(),
  }),
  manifest: z.record(z.string(), z.unknown()),
  grants: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      resource: z.string(),
      actions: z.array(z.string()),
      conditions: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("Those that a page can hold; the others are the server's alone"),
      grantedAt: z.number().optional().describe("Milliseconds since 1970"),
      expiresAt: z.number().optional().describe("Milliseconds since 1970"),
    }),
  ),
  resources: resourcesView,
  viewState: z.unknown(),
});

const configValue = z.record(z.string(), z.unknown());

export const installationRoutes = {
  listInstallations: route({
    method: "get",
    path: "/organizations/{organization}/installations",
    tag: "Installations",
    summary: "The installations of an organization.",
    access: "organization",
    permission: "apps.read",
    params: orgParams,
    response: z.object({ installations: z.array(installationView) }),
  }),
  install: route({
    method: "post",
    path: "/organizations/{organization}/installations",
    tag: "Installations",
    summary:
      "Install an app. Consent names the digest and the permissions that were shown; nothing else is installed.",
    access: "organization",
    permission: "apps.install",
    stepUp: "where-asked",
    params: orgParams,
    body: z.object({
      app: z.string(),
      version: z.string().min(1).max(64).default("latest"),
      consent: z.object({
        digest: digestText,
        /** Exactly the permissions that were shown, each with the admin's answer. */
        permissions: z.array(permissionView.extend({ isGranted: z.boolean() })).max(200),
      }),
      config: configValue.default({}),
      secrets: z.record(z.string(), z.string().max(10_000)).default({}),
    }),
    status: 202,
    response: z.object({ installation: z.string(), run: z.string() }),
  }),
  getInstallation: route({
    method: "get",
    path: "/organizations/{organization}/installations/{installation}",
    tag: "Installations",
    summary: "One installation: state, grants, limits, secrets' fingerprints.",
    access: "organization",
    permission: "apps.read",
    params: installationParams,
    response: installationDetail,
  }),
  uninstall: route({
    method: "delete",
    path: "/organizations/{organization}/installations/{installation}",
    tag: "Installations",
    summary: "Remove an installation with its state, configuration and secrets.",
    access: "organization",
    permission: "apps.install",
    stepUp: "where-asked",
    params: installationParams,
    status: 202,
    response: z.object({ run: z.string() }),
  }),
  suspendInstallation: route({
    method: "post",
    path: "/organizations/{organization}/installations/{installation}/suspend",
    tag: "Installations",
    summary: "Stop serving; state is kept.",
    access: "organization",
    permission: "apps.operate",
    params: installationParams,
    body: z.object({ reason: plainLine(280, 0).optional() }),
    response: installationView,
  }),
  resumeInstallation: route({
    method: "post",
    path: "/organizations/{organization}/installations/{installation}/resume",
    tag: "Installations",
    summary: "Serve again, after a health check.",
    access: "organization",
    permission: "apps.operate",
    params: installationParams,
    response: installationView,
  }),
  getConfig: route({
    method: "get",
    path: "/organizations/{organization}/installations/{installation}/config",
    tag: "Installations",
    summary: "The configuration.",
    access: "organization",
    permission: "apps.configure",
    params: installationParams,
    response: z.object({ config: configValue }),
  }),
  putConfig: route({
    method: "put",
    path: "/organizations/{organization}/installations/{installation}/config",
    tag: "Installations",
    summary: "Replace the configuration; it is checked against the app's schema.",
    access: "organization",
    permission: "apps.configure",
    params: installationParams,
    body: z.object({ config: configValue }),
    response: z.object({ config: configValue }),
  }),
  putSecret: route({
    method: "put",
    path: "/organizations/{organization}/installations/{installation}/secrets/{secret}",
    tag: "Installations",
    summary: "Set a secret. It is never shown again, only its fingerprint.",
    access: "organization",
    permission: "apps.configure",
    stepUp: "where-asked",
    params: installationParams.extend({ secret: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/) }),
    body: z.object({ value: z.string().min(1).max(10_000) }),
    response: z.object({ fingerprint: z.string() }),
  }),
  deleteSecret: route({
    method: "delete",
    path: "/organizations/{organization}/installations/{installation}/secrets/{secret}",
    tag: "Installations",
    summary: "Forget a secret.",
    access: "organization",
    permission: "apps.configure",
    stepUp: "where-asked",
    params: installationParams.extend({ secret: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/) }),
    status: 204,
    response: empty,
  }),
  getUsage: route({
    method: "get",
    path: "/organizations/{organization}/installations/{installation}/usage",
    tag: "Installations",
    summary: "What the installation has used.",
    access: "organization",
    permission: "apps.read",
    params: installationParams,
    response: usageView,
  }),
  listLogs: route({
    method: "get",
    path: "/organizations/{organization}/installations/{installation}/logs",
    tag: "Installations",
    summary: "The latest log entries, oldest first.",
    access: "organization",
    permission: "logs.read",
    params: installationParams,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
    response: z.object({ entries: z.array(logEntryView) }),
  }),
  followLogs: route({
    method: "get",
    path: "/organizations/{organization}/installations/{installation}/logs/stream",
    tag: "Installations",
    summary: "Log entries as they come; Last-Event-ID resumes.",
    access: "organization",
    permission: "logs.read",
    params: installationParams,
    kind: "stream",
    response: logEntryView,
  }),
  openView: route({
    method: "post",
    path: "/organizations/{organization}/installations/{installation}/views",
    tag: "Installations",
    summary: "A token and the addresses to run the app's view. Call again to renew the token.",
    access: "organization",
    permission: "apps.use",
    params: installationParams,
    body: z.object({ instance: z.string().max(64).optional() }),
    status: 201,
    response: viewSessionView,
  }),
  getRun: route({
    method: "get",
    path: "/organizations/{organization}/runs/{run}",
    tag: "Installations",
    summary: "An install or uninstall run, step by step.",
    access: "organization",
    permission: "apps.read",
    params: orgParams.extend({ run: z.string() }),
    response: runView,
  }),
  followRun: route({
    method: "get",
    path: "/organizations/{organization}/runs/{run}/stream",
    tag: "Installations",
    summary: "The run after every change; ends when it ends.",
    access: "organization",
    permission: "apps.read",
    params: orgParams.extend({ run: z.string() }),
    kind: "stream",
    response: runView,
  }),
  cancelRun: route({
    method: "post",
    path: "/organizations/{organization}/runs/{run}/cancel",
    tag: "Installations",
    summary: "Cancel an install; what it did is undone.",
    access: "organization",
    permission: "apps.install",
    params: orgParams.extend({ run: z.string() }),
    status: 202,
    response: runView,
  }),
} as const;

export type InstallationView = z.output<typeof installationView>;
export type InstallationDetail = z.output<typeof installationDetail>;
export type GrantView = z.output<typeof grantView>;
export type UsageView = z.output<typeof usageView>;
export type RunView = z.output<typeof runView>;
export type StepView = z.output<typeof stepView>;
export type LogEntryView = z.output<typeof logEntryView>;
export type ViewSessionView = z.output<typeof viewSessionView>;
export type PermissionView = z.output<typeof permissionView>;

/** Calls that Berth itself makes into an app: loading, health, hooks. Nobody is signed in. */
import type { CellPool, EntryKind, EntryResult, IsolateSpec, JsonValue } from "@berth/cells";
import {
  BerthError,
  type EntryInputs,
  functionLimits,
  type HookName,
  isBerthError,
} from "@berth/protocol";
import type { Gateway } from "../gateway/gateway.ts";
import type { LiveInstallation } from "../installation/live.ts";
import type { Metering } from "../metering/metering.ts";
import type { Policy, PolicyQuestion } from "../policy/policy.ts";
import type { Specs } from "./spec.ts";

export interface HookDependencies {
  readonly pool: Pick<CellPool, "load" | "fetch" | "callHook" | "callEntry">;
  readonly specs: Specs;
  readonly gateway: Pick<Gateway, "mint" | "release">;
  readonly policy: Pick<Policy, "demandServing">;
  readonly metering: Pick<Metering, "meter">;
  readonly createRequestId: () => string;
  readonly functionHost: (installationId: string) => string;
}

export interface Hooks {
  load(live: LiveInstallation): Promise<void>;
  checkHealth(live: LiveInstallation): Promise<void>;
  callEntry<Kind extends EntryKind>(
    live: LiveInstallation,
    kind: Kind,
    input: EntryInputs[Kind],
  ): Promise<EntryResult>;
  runHook(
    live: LiveInstallation,
    hook: HookName,
    payload: JsonValue,
  ): Promise<{ readonly isDefined: boolean; readonly result: JsonValue }>;
}

interface OwnCall {
  readonly handle: string;
  readonly requestId: string;
  readonly props: JsonValue;
}

export function createHooks(dependencies: HookDependencies): Hooks {
  const { pool, specs, gateway, policy } = dependencies;

  async function within<Result>(
    live: LiveInstallation,
    spec: IsolateSpec,
    run: (call: OwnCall) => Promise<Result>,
    { purpose, requestId }: Pick<PolicyQuestion, "purpose"> & { readonly requestId: string } = {
      purpose: "hook",
      requestId: dependencies.createRequestId(),
    },
  ): Promise<Result> {
    const handle = gateway.mint({
      live,
      isolateKey: spec.key,
      member: null,
      requestId,
      purpose,
      subject: null,
    });
    const props = {
      installation: live.id,
      member: null,
      organization: { name: live.organizationName },
      locale: "en",
    };
    try {
      return await run({ handle, requestId, props });
    } finally {
      gateway.release(handle);
    }
  }

  async function runHook(live: LiveInstallation, hook: HookName, payload: JsonValue) {
    if (live.manifest.server === undefined) return { isDefined: false, result: null };
    const spec = await specs.load(live);
    const limits = { ...spec.limits, wallMs: functionLimits.hookWallMs };
    return within(live, spec, (call) => pool.callHook({ ...spec, limits }, hook, payload, call));
  }

  /** Like a request of nobody's: only while the installation serves, and within its limits. */
  async function callEntry<Kind extends EntryKind>(
    live: LiveInstallation,
    kind: Kind,
    input: EntryInputs[Kind],
  ) {
    const question = {
      live,
      purpose: "request",
      subject: null,
      requestId: dependencies.createRequestId(),
    } as const;
    policy.demandServing(question);
    if (live.manifest.server === undefined) return { isDefined: false, isRetryRefused: false };
    const spec = await specs.load(live);
    // What an event holds is JSON by its contract; the cell's end of it is text.
    const given = input as unknown as JsonValue;
    const meter = dependencies.metering.meter(live.id);
    const startedAt = performance.now();
    meter.requests += 1;
    try {
      return await within(live, spec, (call) => pool.callEntry(spec, kind, given, call), question);
    } catch (error) {
      meter.failedRequests += 1;
      throw error;
    } finally {
      meter.wallMs += performance.now() - startedAt;
    }
  }

  async function askPath(live: LiveInstallation, path: string, timeoutMs: number): Promise<void> {
    const spec = await specs.load(live);
    await within(live, spec, async (call) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await pool.fetch(spec, {
        ...call,
        method: "GET",
        path,
        host: dependencies.functionHost(live.id),
        headers: [["user-agent", "berth-health"]],
        body: null,
        signal,
      });
      response.body.destroy();
      if (response.status < 200 || response.status > 299) {
        throw unhealthy(live, `${path} answered ${response.status}, expected 200 to 299`);
      }
    });
  }

  return {
    runHook,
    callEntry,
    async load(live) {
      if (live.manifest.server !== undefined) await pool.load(await specs.load(live));
    },
    async checkHealth(live) {
      const { server, health } = live.manifest;
      if (server === undefined) return;
      try {
        if (health !== undefined) return await askPath(live, health.path, health.timeoutMs);
        const { isDefined, result } = await runHook(live, "health", null);
        if (isDefined && result === false) throw unhealthy(live, "its health hook answered false");
        // An app without either is healthy when it loads, which the hook call has shown.
      } catch (error) {
        if (isBerthError(error, "HEALTH_CHECK_FAILED")) throw error;
        const why = isBerthError(error) ? `${error.code}: ${error.message}` : "it failed";
        throw unhealthy(live, why, error);
      }
    },
  };
}

function unhealthy(live: LiveInstallation, why: string, cause?: unknown): BerthError {
  return new BerthError(
    "HEALTH_CHECK_FAILED",
    `${live.app} ${live.version} is not healthy: ${why}. See the installation's log.`,
    { cause, details: { app: live.app, version: live.version } },
  );
}

/**
 * The host side of all capabilities: find whose call it is, limit, decide, do, meter, record.
 *
 * Trust: everything in a call but its `isolateKey` comes from an app. The key is set by the host
 * module of a cell, and says only which installation calls; on whose behalf is what the handle says.
 * Invariant: grants are looked up at each call, so that a revoked one stops the next.
 */
import type { CellCall, CellLogEntry, CellResponse, EgressCall, JsonValue } from "@berth/cells";
import { BerthError, isBerthError } from "@berth/protocol";
import type { Insight } from "../insight/insight.ts";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { Metering } from "../metering/metering.ts";
import type { OpenUses } from "../policy/open-uses.ts";
import type { Policy, PolicyQuestion } from "../policy/policy.ts";
import type { Subject } from "../policy/ports.ts";
import type { WhoCalls } from "../policy/who-calls.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import { createCapabilities } from "./capabilities.ts";
import type { CapabilityCaller } from "./capability.ts";
import { createEgress, type EgressOptions } from "./egress/egress.ts";
import { createHandles, type Invocation } from "./handles.ts";
import { createInvoke } from "./invoke.ts";
import { createRateLimits } from "./rate-limits.ts";
import { createStateStore } from "./state/store.ts";

export interface ViewCaller {
  readonly live: LiveInstallation;
  readonly member: string;
  readonly requestId: string;
  readonly subject: Subject | null;
}

export interface ViewCapabilityCall {
  readonly capability: string;
  readonly method: string;
  readonly args: unknown;
}

export interface Gateway {
  /** A handle for one call into an app; `release` it when the answer has ended. */
  mint(invocation: Invocation): string;
  release(handle: string): void;
  /** A pool's `onCall`. */
  call(call: CellCall): Promise<JsonValue>;
  /** A pool's `onEgress`. */
  egress(call: EgressCall): Promise<CellResponse>;
  /** A pool's `onLog`. */
  log(entry: CellLogEntry): void;
  /** A view's call, by a token that was verified. */
  callFromView(caller: ViewCaller, call: ViewCapabilityCall): Promise<JsonValue>;
  stateUsage(
    live: Pick<LiveInstallation, "id" | "organizationId">,
  ): Promise<{ readonly bytes: number; readonly keys: number }>;
  /** Removes the installation's state for good. */
  removeInstallation(installationId: string): Promise<void>;
}

export interface GatewayLimits {
  /** The longest that one invocation may act, a stream's whole life included. Default 1 hour. */
  readonly maxInvocationMs: number;
  /** How long work kept by `waitUntil` may go on after the answer. Default 30 s. */
  readonly waitUntilGraceMs: number;
}

export const defaultGatewayLimits: GatewayLimits = Object.freeze({
  maxInvocationMs: 3_600_000,
  waitUntilGraceMs: 30_000,
});

export interface GatewayOptions {
  readonly database: Pick<Database, "kysely" | "of">;
  readonly keys: Pick<KeyRing, "seal" | "open">;
  readonly directory: InstallationDirectory;
  readonly policy: Policy;
  /** The person of an invocation as they are now. @throws AUTH_REQUIRED */
  readonly asOfNow: WhoCalls["asOfNow"];
  readonly openUses: Pick<OpenUses, "hold">;
  readonly metering: Pick<Metering, "meter">;
  readonly insight: Pick<Insight, "write">;
  readonly egress?: EgressOptions;
  readonly limits?: Partial<GatewayLimits>;
  readonly ground: Ground;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { directory, insight, metering, policy, ground } = options;
  const limits = { ...defaultGatewayLimits, ...options.limits };
  const handles = createHandles({
    ground,
    maxAgeMs: limits.maxInvocationMs,
    graceMs: limits.waitUntilGraceMs,
  });
  const rates = createRateLimits(ground.clock);
  const state = createStateStore({ database: options.database, keys: options.keys });
  const { asOfNow, openUses } = options;
  const egress = createEgress({ ...options.egress, policy, openUses, metering, insight, rates });
  const invoke = createInvoke({
    capabilities: createCapabilities({ state, insight, directory }),
    policy,
    metering,
    rates,
    logger: ground.logger,
  });

  /**
   * The installation as it is now. One that is nowhere to be found is as it was when its hook began,
   * and to any other call it is gone.
   */
  async function questionOf(isolateKey: string, by?: Invocation): Promise<PolicyQuestion> {
    const invocation = by ?? handles.findHook(isolateKey);
    const regained = policy.ready();
    if (regained !== undefined) await regained;
    const id = installationOf(isolateKey);
    const live =
      directory.findLoaded(id) ??
      (await directory.load(id)) ??
      (invocation?.purpose === "hook" ? invocation.live : undefined);
    if (live === undefined) {
      throw new BerthError("INSTALLATION_NOT_FOUND", `The installation ${id} is gone.`);
    }
    const { purpose = "request", requestId = null, subject: before = null } = invocation ?? {};
    const now = before === null ? null : asOfNow(live, before);
    const subject = now instanceof Promise ? await now : now;
    return { live, purpose, requestId, subject };
  }

  function checkHandle(call: CellCall): Invocation | undefined {
    if (call.handle === null) return undefined;
    try {
      return handles.check(call.handle, call.isolateKey);
    } catch (error) {
      const id = installationOf(call.isolateKey);
      metering.meter(id).deniedCalls += 1;
      const message = `${call.capability}.${call.method} was refused: ${isBerthError(error) ? error.message : "invalid handle"}`;
      insight.write(id, { level: "warn", source: "berth", requestId: null, message });
      throw error;
    }
  }

  return {
    mint: handles.mint,
    release: handles.release,
    async call(call) {
      const invocation = checkHandle(call);
      const question = await questionOf(call.isolateKey, invocation);
      const caller: CapabilityCaller = "function";
      return invoke({ ...question, caller, member: invocation?.member ?? null }, call);
    },
    async egress(call) {
      return egress.send(call, await questionOf(call.isolateKey));
    },
    log({ isolateKey, level, requestId, message, isOwn }) {
      const source = isOwn === true ? "berth" : "function";
      const line = { level, source, requestId, message } as const;
      insight.write(installationOf(isolateKey), line);
    },
    callFromView({ live, member, requestId, subject }, call) {
      const question = { live, purpose: "request", requestId, subject } as const;
      return invoke({ ...question, caller: "view", member }, call);
    },
    stateUsage: (live) => state.usage(live),
    async removeInstallation(installationId) {
      rates.remove(installationId);
      await state.removeAll(installationId);
    },
  };
}

/** An isolate's key begins with its installation's id; see runtime/spec.ts. */
function installationOf(isolateKey: string): string {
  const end = isolateKey.indexOf("@");
  return end === -1 ? isolateKey : isolateKey.slice(0, end);
}

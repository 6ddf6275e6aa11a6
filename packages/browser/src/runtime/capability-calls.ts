/**
 * Where a view's capability calls go: to a capability that the page itself offers, else to the
 * app's function host, whose gateway decides.
 */
import { BerthError, parseWireError, type ViewCall } from "@berth/protocol";
import { accessOfCall } from "../permissions/access-of-call.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { APIProxy } from "../proxy/api-proxy.ts";
import type { LocalCapabilities } from "./app-source.ts";

export interface CapabilityCallsOptions {
  readonly local: LocalCapabilities;
  readonly proxy: APIProxy | undefined;
  /** Decides what is plain from the call, and ends it when a grant of it is taken back. */
  readonly permissions: Pick<PermissionManager, "run">;
}

export type CallCapability = (request: ViewCall, signal: AbortSignal) => Promise<unknown>;

/** @throws BerthError CAPABILITY_UNKNOWN, PERMISSION_DENIED, and whatever the capability answers */
export function createCapabilityCalls(options: CapabilityCallsOptions): CallCapability {
  const { local, proxy, permissions } = options;
  return (request, signal) =>
    permissions.run(accessOfCall(request), (permitted) => call(request, permitted), signal);

  async function call({ capability, method, args }: ViewCall, signal: AbortSignal) {
    const methods = Object.hasOwn(local, capability) ? local[capability] : undefined;
    if (methods !== undefined) {
      const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (run === undefined) throw unknown(capability, method);
      return await run(args, signal);
    }
    if (proxy === undefined) throw unknown(capability, method);
    const answer = await proxy.post(
      `/.berth/capabilities/${capability}/${method}`,
      { args },
      signal,
    );
    const body = parseBody(answer.body);
    if (answer.status >= 400) throw parseWireError(body, "UNAVAILABLE");
    return (body as { ok?: unknown } | null)?.ok ?? null;
  }
}

function parseBody(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BerthError("UNAVAILABLE", "The gateway's answer is not JSON.", { cause });
  }
}

function unknown(capability: string, method: string): BerthError {
  return new BerthError(
    "CAPABILITY_UNKNOWN",
    `There is no capability ${capability}.${method} for a view here.`,
  );
}

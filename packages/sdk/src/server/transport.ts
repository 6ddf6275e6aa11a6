/**
 * One capability call out of the cell. `env.BERTH` is a stub that the host put there;
 * its answer is a value or a wire error, never an exception of the host's.
 */
import { BerthError, parseWireError } from "@berth/protocol/errors";

/** The host's stub as an isolate sees it. */
export interface BerthStub {
  call(
    handle: string | null,
    capability: string,
    method: string,
    args: unknown,
  ): Promise<{ readonly ok: unknown } | { readonly error: unknown }>;
}

export type CallCapability = (
  capability: string,
  method: string,
  args: unknown,
) => Promise<unknown>;

/**
 * @param handle - the invocation's handle; null acts as the installation itself
 * @throws (on call) BerthError as the gateway says
 */
export function createCall(env: unknown, handle: string | null): CallCapability {
  const stub = stubOf(env);
  return async (capability, method, args) => {
    const answer = await stub.call(handle, capability, method, args);
    if ("error" in answer) throw parseWireError(answer.error);
    return answer.ok;
  };
}

function stubOf(env: unknown): BerthStub {
  const stub = (env as { BERTH?: BerthStub } | null | undefined)?.BERTH;
  if (stub) return stub;
  throw new BerthError(
    "CAPABILITY_UNKNOWN",
    "env.BERTH is missing; this module does not run inside Berth, or env was not passed on.",
  );
}

/**
 * One capability call, whoever makes it: limit, parse, decide, do, meter.
 *
 * Trust: capability, method and arguments are an app's text. Only own properties of our tables are
 * looked up by it.
 */
import type { JsonValue } from "@berth/cells";
import { BerthError, isBerthError } from "@berth/protocol";
import type { Logger } from "pino";
import type { Metering } from "../metering/metering.ts";
import type { Policy, PolicyQuestion } from "../policy/policy.ts";
import type { Capability, CapabilityCaller, CapabilityMethod } from "./capability.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface InvokeCaller extends PolicyQuestion {
  readonly caller: CapabilityCaller;
  readonly member: string | null;
}

export interface InvokeCall {
  readonly capability: string;
  readonly method: string;
  readonly args: unknown;
}

export interface InvokeDependencies {
  readonly capabilities: readonly Capability[];
  readonly policy: Policy;
  readonly metering: Pick<Metering, "meter">;
  readonly rates: Pick<RateLimits, "take">;
  readonly logger: Logger;
}

export type Invoke = (caller: InvokeCaller, call: InvokeCall) => Promise<JsonValue>;

export function createInvoke(dependencies: InvokeDependencies): Invoke {
  const { policy, metering, rates, logger } = dependencies;
  const known = new Map(dependencies.capabilities.map((each) => [each.name, each]));

  function find(
    call: InvokeCall,
    by: InvokeCaller,
  ): CapabilityMethod & Pick<Capability, "dataClass"> {
    const capability = known.get(call.capability);
    if (capability === undefined) {
      throw unknown(call, `there are ${[...known.keys()].join(", ")}`);
    }
    const methods = capability.methods;
    const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined;
    if (method === undefined) {
      throw unknown(call, `${capability.name} has ${Object.keys(methods).join(", ")}`);
    }
    const { dataClass } = capability;
    if (capability.callers.includes(by.caller)) {
      return dataClass === undefined ? method : { ...method, dataClass };
    }
    return policy.refuse(
      by,
      `${capability.name} is not for a ${by.caller}; call it from the app's ${capability.callers.join(" or ")}.`,
    );
  }

  return async (caller, call) => {
    const { live } = caller;
    const meter = metering.meter(live.id);
    policy.demandServing(caller);
    rates.take({
      installationId: live.id,
      resource: "apiCalls",
      limitPerMinute: live.resources.apiCalls,
    });
    meter.capabilityCalls += 1;
    const method = find(call, caller);
    const parsed = method.input.safeParse(call.args ?? {});
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const where =
        issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
      throw new BerthError(
        "CAPABILITY_INPUT_INVALID",
        `The argument of ${call.capability}.${call.method} is wrong${where}: ${issue?.message ?? "unexpected shape"}.`,
      );
    }
    const { dataClass } = method;
    const question = dataClass === undefined ? caller : { ...caller, dataClass };
    for (const access of method.permissions(parsed.data, caller.caller)) {
      policy.demand(question, access);
    }
    try {
      return await method.run(caller, parsed.data);
    } catch (error) {
      if (!isBerthError(error)) {
        logger.error(
          { err: error, installation: live.id, capability: call.capability, method: call.method },
          "a capability failed",
        );
      }
      throw error;
    }
  };
}

function unknown(call: InvokeCall, there: string): BerthError {
  const name = `${call.capability}.${call.method}`.slice(0, 80);
  return new BerthError(
    "CAPABILITY_UNKNOWN",
    `There is no capability call ${JSON.stringify(name)}; ${there}.`,
  );
}

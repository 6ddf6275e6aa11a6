/**
 * The app's global `fetch`: decides by grant, resolves once, checks every address, connects to
 * exactly the address that was checked.
 *
 * Redirects come back to the app as they are; its own `fetch` follows them by calls that are
 * decided anew, hop by hop.
 * Trust: URL, headers and body are an app's; names and answers are a stranger's. Logs name hosts
 * and ports only: paths and headers may hold secrets.
 */
import { isIP } from "node:net";
import type { CellResponse, EgressCall } from "@berth/cells";
import { BerthError } from "@berth/protocol";
import type { Insight } from "../../insight/insight.ts";
import type { LiveInstallation } from "../../installation/live.ts";
import type { Metering } from "../../metering/metering.ts";
import type { OpenUses } from "../../policy/open-uses.ts";
import type { Policy, PolicyQuestion } from "../../policy/policy.ts";
import type { RateLimits } from "../rate-limits.ts";
import { createAddressRules } from "./addresses.ts";
import { type ExchangeLimits, exchange } from "./exchange.ts";
import { type Connect, connectByHost, type Resolve, resolveByHost } from "./network.ts";
import { accessesOf, parseTarget, type Target } from "./target.ts";

export interface EgressLimits extends ExchangeLimits {
  readonly resolveTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly addressesTried: number;
}

export const defaultEgressLimits: EgressLimits = Object.freeze({
  resolveTimeoutMs: 5_000,
  connectTimeoutMs: 10_000,
  addressesTried: 3,
  headTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
  maxRequestBytes: 104_857_600,
  maxResponseBytes: 104_857_600,
});

export interface EgressOptions {
  /** Addresses, ranges or host names in the operator's own network that apps may be granted. */
  readonly allowPrivate?: readonly string[];
  readonly resolve?: Resolve;
  readonly connect?: Connect;
  readonly limits?: Partial<EgressLimits>;
}

export interface EgressDependencies extends EgressOptions {
  readonly policy: Pick<Policy, "demandAny">;
  readonly openUses: Pick<OpenUses, "hold">;
  readonly metering: Pick<Metering, "meter">;
  readonly insight: Pick<Insight, "write">;
  readonly rates: Pick<RateLimits, "take">;
}

export interface Egress {
  /** @throws EGRESS_DENIED, EGRESS_FAILED, RATE_LIMITED, INSTALLATION_STATE */
  send(call: EgressCall, question: PolicyQuestion): Promise<CellResponse>;
}

export function createEgress(options: EgressDependencies): Egress {
  const rules = createAddressRules(options.allowPrivate ?? []);
  const limits = { ...defaultEgressLimits, ...options.limits };
  const resolve = options.resolve ?? resolveByHost;
  const connect = options.connect ?? connectByHost;

  function deny(live: LiveInstallation, message: string): never {
    options.metering.meter(live.id).deniedCalls += 1;
    options.insight.write(live.id, { level: "warn", source: "berth", requestId: null, message });
    throw new BerthError("EGRESS_DENIED", message);
  }

  function decide(call: EgressCall, question: PolicyQuestion): Target {
    const { live } = question;
    let target: Target;
    try {
      target = parseTarget(call.url);
    } catch (error) {
      if (error instanceof BerthError) deny(live, error.message);
      throw error;
    }
    try {
      options.policy.demandAny(question, accessesOf(target));
    } catch (error) {
      if (!(error instanceof BerthError) || error.code !== "PERMISSION_DENIED") throw error;
      throw new BerthError(
        "EGRESS_DENIED",
        `The app was not granted ${target.scheme}://${target.authority}; list the host in security.allowedDomains and have an admin consent.`,
        { details: { host: target.authority } },
      );
    }
    return target;
  }

  async function addressesOf(target: Target): Promise<readonly string[]> {
    if (isIP(target.host) !== 0) return [target.host];
    try {
      return await within(limits.resolveTimeoutMs, resolve(target.host));
    } catch (cause) {
      throw new BerthError("EGRESS_FAILED", `The name ${target.host} was not resolved.`, { cause });
    }
  }

  async function open(target: Target, addresses: readonly string[], outer: AbortSignal) {
    let cause: unknown;
    for (const address of addresses.slice(0, limits.addressesTried)) {
      const signal = AbortSignal.any([outer, AbortSignal.timeout(limits.connectTimeoutMs)]);
      try {
        const isTls = target.scheme === "https";
        return await connect({ address, port: target.port, isTls, host: target.host, signal });
      } catch (error) {
        cause = error;
        if (outer.aborted) break;
      }
    }
    throw new BerthError("EGRESS_FAILED", `${target.authority} did not accept a connection.`, {
      cause,
    });
  }

  /** Held from the decision until its answer is at its end. */
  async function held(
    call: EgressCall,
    question: PolicyQuestion,
    work: (target: Target, signal: AbortSignal) => Promise<CellResponse>,
  ): Promise<CellResponse> {
    const target = decide(call, question);
    const ending = new AbortController();
    const hold = options.openUses.hold(question.live.id, {
      check(live) {
        options.policy.demandAny({ ...question, live, isRecheck: true }, accessesOf(target));
      },
      end: (error) => ending.abort(error),
    });
    try {
      const answer = await work(target, AbortSignal.any([call.signal, ending.signal]));
      answer.body.once("close", () => hold[Symbol.dispose]());
      return answer;
    } catch (error) {
      hold[Symbol.dispose]();
      throw error;
    }
  }

  return {
    send: (call, question) =>
      held(call, question, async (target, signal) => {
        const { live } = question;
        options.rates.take({
          installationId: live.id,
          resource: "network",
          limitPerMinute: live.resources.network,
        });
        const addresses = await addressesOf(target);
        // One bad address refuses them all: a name that mixes them is made to be retried until it fits.
        const refused = addresses.find((address) => !rules.isAllowed(address, target.host));
        if (refused !== undefined) {
          deny(
            live,
            `${target.authority} leads to an address that apps may not reach; only public addresses, and those of egress.allowPrivate, are connected to.`,
          );
        }
        const meter = options.metering.meter(live.id);
        meter.egressRequests += 1;
        const socket = await open(target, addresses, signal);
        return exchange({
          socket,
          target,
          method: call.method,
          headers: call.headers,
          body: call.body,
          signal,
          limits,
          onBytesOut: (bytes) => {
            meter.bytesOut += bytes;
          },
          onBytesIn: (bytes) => {
            meter.bytesIn += bytes;
          },
        });
      }),
  };
}

async function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks `decide` and makes every denial visible: counted, and in the installation's log.
 */
import { type AccessRequest, BerthError } from "@berth/protocol";
import type { Insight } from "../insight/insight.ts";
import type { LiveInstallation } from "../installation/live.ts";
import type { Metering } from "../metering/metering.ts";
import { decide, mayAct, type Purpose } from "./decide.ts";

export interface PolicyQuestion {
  readonly live: LiveInstallation;
  readonly purpose: Purpose;
  readonly requestId: string | null;
}

export interface Policy {
  /** @returns what decided it. @throws PERMISSION_DENIED, INSTALLATION_STATE */
  demand(question: PolicyQuestion, access: AccessRequest): string;
  /** Whether any of several ways to say the same access is granted. */
  demandAny(question: PolicyQuestion, accesses: readonly AccessRequest[]): string;
  /** For what no grant could allow. @throws PERMISSION_DENIED, always */
  refuse(question: PolicyQuestion, message: string): never;
  /** For what needs no grant: the installation must only be allowed to act. @throws INSTALLATION_STATE */
  demandServing(question: PolicyQuestion): void;
}

export interface PolicyOptions {
  readonly metering: Pick<Metering, "meter">;
  readonly insight: Pick<Insight, "write">;
}

export function createPolicy(options: PolicyOptions): Policy {
  function record({ live, requestId }: PolicyQuestion, message: string): void {
    options.metering.meter(live.id).deniedCalls += 1;
    options.insight.write(live.id, { level: "warn", source: "berth", requestId, message });
  }

  function refuseState(question: PolicyQuestion): never {
    const { live } = question;
    const why = live.stateReason === null ? "" : ` (${live.stateReason})`;
    const message = `The installation is ${live.state}${why}, so it does not act; an admin of the organization can resume it.`;
    record(question, message);
    throw new BerthError("INSTALLATION_STATE", message, { details: { state: live.state } });
  }

  function demandAny(question: PolicyQuestion, accesses: readonly AccessRequest[]): string {
    for (const access of accesses) {
      const decision = decide(question.live, access, question.purpose);
      if (decision.isAllowed) return decision.by;
      if (decision.by === "state") refuseState(question);
    }
    const { type, action, resource } = accesses[0] ?? { type: "api", action: "read", resource: "" };
    const message = `No grant covers ${type} ${action} of ${resource.slice(0, 200)}; the app must ask for it in its manifest and an admin must consent.`;
    record(question, message);
    throw new BerthError("PERMISSION_DENIED", message, {
      details: { type, action, resource: resource.slice(0, 200), decidedBy: "grants" },
    });
  }

  return {
    refuse(question, message) {
      record(question, message);
      throw new BerthError("PERMISSION_DENIED", message);
    },
    demandAny,
    demand: (question, access) => demandAny(question, [access]),
    demandServing(question) {
      if (!mayAct(question.live, question.purpose)) refuseState(question);
    },
  };
}

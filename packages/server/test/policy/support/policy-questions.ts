/** Questions about made-up installations, and an engine that can be made to fail. */
import type { AccessRequest } from "@berth/protocol";
import type { LiveInstallation } from "../../../src/installation/live.ts";
import { type Cedar, openCedar } from "../../../src/policy/cedar/engine.ts";
import { createForbids, type PolicyForbids } from "../../../src/policy/forbids.ts";
import type { PolicyQuestion, Subject } from "../../../src/policy/ports.ts";

export function createLive(changes: Partial<LiveInstallation> = {}): LiveInstallation {
  const live = {
    id: "i0000000000000000000000001a",
    organizationId: "org-1",
    organizationSlug: "acme",
    app: "tools/orders",
    state: "running",
    stateReason: null,
    grants: [],
    ...changes,
  };
  // The rest of an installation plays no part in a decision.
  return live as unknown as LiveInstallation;
}

export function questionOf(
  live: LiveInstallation,
  subject: Partial<Subject> | null = null,
): PolicyQuestion {
  return {
    ...{ live, purpose: "request", requestId: null },
    subject:
      subject === null
        ? null
        : {
            ...{ personId: "per_1", roles: ["member"], groups: [] },
            ...{ address: null, secondFactorAt: null },
            ...subject,
          },
  };
}

export const connect = { type: "network", resource: "api.example.com", action: "connect" } as const;
export const read = { type: "api", resource: "/api/orders/7", action: "read" } as const;

export interface Watched extends PolicyForbids {
  readonly complaints: unknown[];
  forbidsBy(access: AccessRequest, question?: PolicyQuestion): string | undefined;
}

export function watchForbids(options: { open?: () => Cedar; maxSets?: number } = {}): Watched {
  const complaints: unknown[] = [];
  const { open = openCedar, maxSets } = options;
  const forbids = createForbids({
    clock: { now: () => Date.parse("2026-11-22T12:00:00Z") },
    logger: { error: (what: unknown) => void complaints.push(what) },
    openCedar: open,
    ...(maxSets === undefined ? {} : { maxSets }),
  });
  return {
    ...forbids,
    complaints,
    forbidsBy: (access, question = questionOf(createLive())) =>
      forbids.find(question, access, {})?.policy,
  };
}

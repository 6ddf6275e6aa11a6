/** A decision as the policy makes it. */
import { randomBytes } from "node:crypto";
import type { DecidedAccess } from "../../src/policy/ports.ts";
import { createKeyRing } from "../../src/storage/seal.ts";
import { createLive } from "../gateway/live.ts";

export function decisionOf(resource: string, isAllowed = true): DecidedAccess {
  const keys = createKeyRing({
    root: randomBytes(32),
    random: randomBytes,
    isMasterBesideData: false,
  });
  return {
    question: { live: createLive(keys), purpose: "request", requestId: null, subject: null },
    access: { type: "data", action: "read", resource },
    isAllowed,
    decidedBy: isAllowed ? "grant1" : "grants",
  };
}

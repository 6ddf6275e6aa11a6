/**
 * Decisions as entries of the log, many a request: what is the same in all of an installation is written
 * once, and the rest is put in its place in the canonical text.
 *
 * Invariant: the text is the one that `encodeEntry` makes of the same entry.
 * Trust: the resource is chosen by an app; its length is bounded and broken Unicode mended.
 */
import { canonicalJson } from "@berth/audit";
import type { LiveInstallation } from "../installation/live.ts";
import type { DecidedAccess } from "../policy/ports.ts";
import { bound, idText, maxIdChars } from "./entry.ts";

export interface DecisionStamp {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Base64url of `saltBytes` random bytes. */
  readonly salt: string;
}

export type EncodeDecision = (decided: DecidedAccess, stamp: DecisionStamp) => string;

/** Of one installation, by its place in the entry. */
interface Fixed {
  readonly beforeTime: string;
  readonly beforeDecidedBy: string;
  readonly version: string;
  readonly organization: string;
}

function fix({ id, app, version, organizationId }: LiveInstallation): Fixed {
  const actor = canonicalJson({ id, kind: "app" });
  return {
    beforeTime: `{"action":"access.decide","actor":${actor},"at":"`,
    beforeDecidedBy: `","details":{"app":${canonicalJson(app)},"decidedBy":`,
    version: `,"version":${canonicalJson(version)}},"organizationId":`,
    organization: `${canonicalJson(organizationId)},"outcome":`,
  };
}

/** @throws AUDIT_ENTRY_INVALID */
export function createDecisionEncoder(): EncodeDecision {
  const known = new WeakMap<LiveInstallation, Fixed>();
  let lastAt = Number.NaN;
  let time = "";

  function fixedOf(live: LiveInstallation): Fixed {
    const before = known.get(live);
    if (before !== undefined) return before;
    const fixed = fix(live);
    known.set(live, fixed);
    return fixed;
  }

  function timeOf(at: number): string {
    if (at === lastAt) return time;
    lastAt = at;
    time = new Date(at).toISOString();
    return time;
  }

  return (decided, { at, salt }) => {
    const { live, purpose, requestId, subject } = decided.question;
    const { type, action, resource } = decided.access;
    const fixed = fixedOf(live);
    const decidedBy = canonicalJson(bound(decided.decidedBy, maxIdChars));
    const person = subject === null ? "" : `,"person":${canonicalJson(subject.personId)}`;
    const outcome = decided.isAllowed ? '"allowed"' : '"denied"';
    const request = requestId === null ? "" : `,"requestId":${canonicalJson(idText(requestId))}`;
    // Of closed sets of plain words: purpose, verb and kind.
    return `${fixed.beforeTime}${timeOf(at)}${fixed.beforeDecidedBy}${decidedBy}${person},"purpose":"${purpose}","verb":"${action}"${fixed.version}${fixed.organization}${outcome}${request},"salt":"${salt}","target":{"id":${canonicalJson(idText(resource))},"kind":"${type}"},"v":1}`;
  };
}

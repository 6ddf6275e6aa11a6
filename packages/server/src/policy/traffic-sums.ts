/**
 * Sums of recent accesses in memory: by who, what and quarter of an hour.
 *
 * Bounded within each quarter by organization, and over all; what is over is counted in one sum that
 * names nothing. Trust: resources are apps' texts, cut off where they are too long to keep.
 */
import type { AccessFacts, AccessRequest } from "@berth/protocol";
import type { Clock } from "../storage/ground.ts";
import type { PolicyQuestion } from "./ports.ts";

/** An access that grants allowed. */
export interface AskedAccess {
  readonly question: PolicyQuestion;
  readonly access: AccessRequest;
  readonly facts: AccessFacts;
  readonly isForbidden: boolean;
}

export interface TrafficLimits {
  readonly quarterMs: number;
  readonly keptMs: number;
  readonly maxAccessesOfQuarter: number;
  readonly maxRowsOfOrganization: number;
  /** In memory, of all organizations. */
  readonly maxAccesses: number;
  readonly maxReplayed: number;
  readonly maxResourceChars: number;
  readonly flushIntervalMs: number;
}

export const trafficLimits: TrafficLimits = Object.freeze({
  quarterMs: 900_000,
  keptMs: 7 * 86_400_000,
  maxAccessesOfQuarter: 200,
  maxRowsOfOrganization: 20_000,
  maxAccesses: 100_000,
  maxReplayed: 20_000,
  maxResourceChars: 512,
  flushIntervalMs: 60_000,
});

export interface Sum {
  readonly row: {
    readonly installation_id: string;
    readonly app: string;
    readonly person_id: string;
    readonly action: string;
    readonly resource: string;
    readonly purpose: string;
  };
  readonly since: number;
  lastAt: number;
  secondFactorAt: number | null;
  dataClass: string | null;
  passed: number;
  forbidden: number;
}

export interface Waiting {
  readonly organizationId: string;
  readonly sum: Sum;
}

interface Quarter {
  since: number;
  /** Different accesses in this quarter, written ones included. */
  readonly known: Set<string>;
  /** Since the last flush. */
  sums: Map<string, Sum>;
  /** The same by what was reached, to be found without making a key. */
  byResource: Map<string, Asked[]>;
}

interface Asked extends Pick<AccessRequest, "type" | "action"> {
  readonly personId: string | undefined;
  readonly sum: Sum;
}

export interface TrafficSums {
  /** Never throws and never waits. */
  note(asked: AskedAccess): void;
  /** Everything that is not taken yet joins what waits. */
  gather(): void;
  /** So many of what waits, by their keys: whoever writes them gives back what was not written. */
  take(count: number): readonly (readonly [string, Waiting])[];
  giveBack(part: readonly (readonly [string, Waiting])[]): void;
}

const uncounted = {
  ...{ installation_id: "", app: "", person_id: "" },
  ...{ action: "", resource: "", purpose: "" },
};

export function createSums(options: {
  readonly clock: Clock;
  readonly limits?: Partial<TrafficLimits>;
}): TrafficSums {
  const { clock } = options;
  const limits = { ...trafficLimits, ...options.limits };
  const quarters = new Map<string, Quarter>();
  const unwritten = new Map<string, Waiting>();
  /** Different accesses of all quarters: what `note` holds in memory. */
  let known = 0;

  /** What a new quarter begins with; the sums of the one before wait to be written. */
  function quarterOf(organizationId: string, now: number): Quarter {
    const since = now - (now % limits.quarterMs);
    const last = quarters.get(organizationId);
    if (last?.since === since) return last;
    if (last !== undefined) end(organizationId, last);
    const quarter: Quarter = { since, known: new Set(), sums: new Map(), byResource: new Map() };
    quarters.set(organizationId, quarter);
    return quarter;
  }

  function end(organizationId: string, quarter: Quarter): void {
    collect(organizationId, quarter);
    known -= quarter.known.size;
    quarters.delete(organizationId);
  }

  function collect(organizationId: string, quarter: Quarter): void {
    for (const [key, sum] of quarter.sums) {
      wait(`${organizationId}\n${quarter.since}\n${key}`, { organizationId, sum });
    }
    quarter.sums = new Map();
    quarter.byResource = new Map();
  }

  /** One row is written once in a statement: what waits for the same row is added up. */
  function wait(key: string, waiting: Waiting): void {
    const other = unwritten.get(key)?.sum;
    if (other === undefined) {
      if (unwritten.size < limits.maxAccesses) unwritten.set(key, waiting);
      return;
    }
    other.passed += waiting.sum.passed;
    other.forbidden += waiting.sum.forbidden;
    other.lastAt = Math.max(other.lastAt, waiting.sum.lastAt);
  }

  function sumOf(quarter: Quarter, key: string, row: () => Sum["row"]): Sum {
    const found = quarter.sums.get(key);
    if (found !== undefined) return found;
    let isKept = quarter.known.has(key);
    const hasRoom =
      key !== "" && quarter.known.size < limits.maxAccessesOfQuarter && known < limits.maxAccesses;
    if (!isKept && hasRoom) {
      quarter.known.add(key);
      known += 1;
      isKept = true;
    }
    const kept = isKept ? key : "";
    const other = isKept ? undefined : quarter.sums.get(kept);
    if (other !== undefined) return other;
    const sum: Sum = {
      row: isKept ? row() : uncounted,
      since: quarter.since,
      lastAt: 0,
      secondFactorAt: null,
      dataClass: null,
      passed: 0,
      forbidden: 0,
    };
    quarter.sums.set(kept, sum);
    return sum;
  }

  /** Most are asked again and again: a key of five texts for each call takes longer than its decision. */
  function findAsked(
    { byResource }: Quarter,
    { live, subject, purpose }: PolicyQuestion,
    { type, action, resource }: AccessRequest,
  ): Sum | undefined {
    const personId = subject?.personId;
    for (const asked of byResource.get(resource) ?? []) {
      const { row } = asked.sum;
      const isSame =
        asked.type === type &&
        asked.action === action &&
        asked.personId === personId &&
        row.installation_id === live.id &&
        row.purpose === purpose;
      if (isSame) return asked.sum;
    }
    return undefined;
  }

  function findOrAdd(quarter: Quarter, question: PolicyQuestion, access: AccessRequest): Sum {
    const asked = findAsked(quarter, question, access);
    if (asked !== undefined) return asked;
    const { live, subject, purpose } = question;
    const { type, action, resource } = access;
    const personId = subject?.personId;
    const isLong = resource.length > limits.maxResourceChars;
    const key = isLong
      ? ""
      : `${live.id}\n${type}:${action}\n${purpose}\n${personId ?? ""}\n${resource}`;
    const sum = sumOf(quarter, key, () => ({
      installation_id: live.id,
      app: live.app,
      person_id: personId ?? "",
      action: `${type}:${action}`,
      resource,
      purpose,
    }));
    if (sum.row !== uncounted) {
      const others = quarter.byResource.get(resource) ?? [];
      quarter.byResource.set(resource, [...others, { type, action, personId, sum }]);
    }
    return sum;
  }

  return {
    note({ question, access, facts, isForbidden }) {
      const { live, subject } = question;
      const now = facts.now ?? clock.now();
      const quarter = quarterOf(live.organizationId, now);
      const sum = findOrAdd(quarter, question, access);
      sum.lastAt = now;
      sum.secondFactorAt = subject?.secondFactorAt ?? null;
      sum.dataClass = facts.dataClass ?? null;
      if (isForbidden) sum.forbidden += 1;
      else sum.passed += 1;
    },

    gather() {
      for (const [organizationId, quarter] of [...quarters]) {
        if (clock.now() - quarter.since < limits.quarterMs) collect(organizationId, quarter);
        else end(organizationId, quarter);
      }
    },
    take(count) {
      const part = [...unwritten].slice(0, count);
      for (const [key] of part) unwritten.delete(key);
      return part;
    },
    giveBack(part) {
      for (const [key, waiting] of part) wait(key, waiting);
    },
  };
}

/**
 * Cases for the evaluator, made of a tape of bytes: each byte chooses one of few words, so that grants
 * and requests often meet. Made this way a hundred thousand take seconds, shrink to the simplest
 * choices (zeros), and come out the same in any engine.
 */
import {
  type AccessFacts,
  type AccessRequest,
  actionsByType,
  dataClasses,
  type Grant,
  type GrantConditions,
  type GrantScope,
  isInAddressRange,
  type PermissionType,
} from "@berth/protocol";

export interface Case {
  readonly grants: readonly Grant[];
  readonly request: AccessRequest;
  readonly known: KnownFacts;
  /** The first grant, with something taken away from it. */
  readonly narrower: Grant;
}

/** Facts as plain data. */
export interface KnownFacts {
  readonly now?: number;
  readonly person?: string;
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly organization?: string;
  readonly address?: string;
  readonly secondFactorAt?: number;
  readonly dataClass?: (typeof dataClasses)[number];
  /** How long ago each use was, of any grant. */
  readonly usesAgoMs?: readonly number[];
}

export const tapeBytes = 96;

export function factsOf({ address, usesAgoMs, ...known }: KnownFacts): AccessFacts {
  return {
    ...known,
    ...(address === undefined
      ? {}
      : { isAddressIn: (range: string) => isInAddressRange(address, range) }),
    ...(usesAgoMs === undefined
      ? {}
      : {
          usesWithin: (_grant: string, windowMs: number) =>
            usesAgoMs.filter((ago) => ago < windowMs).length,
        }),
  };
}

const noon = Date.UTC(2026, 10, 22, 12);
const moments = [0, 1, 59_999, 60_000, 3_600_000, 43_200_000, 86_400_000, 172_800_000, 604_799_000];
const types = Object.keys(actionsByType).slice(0, 4) as readonly PermissionType[];
const segments = ["a", "b", "*", "x.y"];
const hosts = ["a.example", "*.example", "b.a.example", "*.a.example", "a.example:81", "example"];
const addresses = [
  ...["192.0.2.1", "192.0.2.129", "198.51.100.7", "::ffff:192.0.2.1"],
  ...["2001:db8::1", "2001:db8:0:1::", "fe80::1%eth0", "nonsense"],
];
const ranges = [
  ...["192.0.2.0/24", "192.0.2.128/25", "0.0.0.0/0", "198.51.100.7/32", "192.0.2.1/31"],
  ...["2001:db8::/32", "2001:db8::/64", "::/0", "::ffff:192.0.2.0/120", "300.0.0.0/8"],
];
const windows: readonly NonNullable<GrantConditions["time"]>[] = [
  { timeZone: "UTC", from: "09:00", until: "17:00" },
  { timeZone: "America/Sao_Paulo", days: ["sun", "mon"], from: "22:00", until: "06:00" },
  { timeZone: "Asia/Kolkata", days: ["sun"], until: "12:30" },
];

class Tape {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  below(count: number): number {
    const byte = this.#bytes[this.#at % this.#bytes.length] ?? 0;
    // A tape that is used up goes on with other values than it began with.
    const turn = Math.floor(this.#at / this.#bytes.length);
    this.#at += 1;
    return (byte + turn * 37) % count;
  }
  of<T>(words: readonly T[]): T {
    return words[this.below(words.length)] as T;
  }
  some<T>(words: readonly T[]): T[] {
    const mask = this.below(2 ** words.length);
    return words.filter((_word, index) => (mask >> index) % 2 === 1);
  }
  oneIn(count: number): boolean {
    return this.below(count) === count - 1;
  }
}

function path(tape: Tape, most: number): string {
  if (most === 4 && tape.oneIn(8)) return "*";
  const parts = Array.from({ length: 1 + tape.below(most) }, () => tape.of(segments));
  return `/${parts.join("/")}`;
}

function conditionOf(tape: Tape): GrantConditions {
  switch (tape.below(16)) {
    case 0:
    case 1:
      return { roles: tape.some(["admin", "member", "owner"]) };
    case 2:
    case 3:
      return { groups: tape.some(["staff", "night", "eu"]) };
    case 4:
      return { organizations: tape.some(["acme", "globex"]) };
    case 5:
    case 6:
      return { ipRanges: [tape.of(ranges), tape.of(ranges)] };
    case 7:
    case 8:
      return { maxSecondFactorAgeMinutes: tape.of([1, 60, 1_440]) };
    case 9:
    case 10:
      return { rate: { maxCalls: 1 + tape.below(3), windowMs: tape.of([100, 60_000, 3_600_000]) } };
    case 11:
    case 12:
      return { maxConsentAgeDays: tape.of([0.5, 1, 7]) };
    case 13:
    case 14:
      return { maxDataClass: tape.of(dataClasses) };
    default:
      // The rarest: to tell the time of a zone takes an engine longer than all else together.
      return tape.oneIn(4) ? { time: tape.of(windows) } : { roles: tape.some(["admin"]) };
  }
}

function scopeOf(tape: Tape): GrantScope {
  return {
    ...(tape.oneIn(4) ? {} : { persons: tape.some(["per_1", "per_2"]) }),
    ...(tape.oneIn(2) ? {} : { groups: tape.some(["staff", "night"]) }),
  };
}

function grantOf(tape: Tape, id: string): Grant {
  const type = tape.of(types);
  const actions = tape.some<string>(actionsByType[type]);
  const conditions = Array.from({ length: tape.of([0, 0, 1, 1, 2]) }, () => conditionOf(tape));
  return {
    id,
    type,
    resource: type === "network" ? tape.of(hosts) : path(tape, 4),
    // Of the type's own.
    actions: (actions.length === 0 ? [...actionsByType[type]] : actions) as Grant["actions"],
    ...(conditions.length === 0 ? {} : { conditions: Object.assign({}, ...conditions) }),
    ...(tape.oneIn(8) ? {} : { grantedAt: noon - tape.of(moments) }),
    ...(tape.oneIn(4) ? { expiresAt: noon + tape.of(moments) - 60_000 } : {}),
    ...(tape.oneIn(4) ? { scope: scopeOf(tape) } : {}),
  };
}

function requestOf(tape: Tape, grant: Grant | undefined): AccessRequest {
  const type = grant === undefined || tape.oneIn(6) ? tape.of(types) : grant.type;
  const action = tape.of<string>(actionsByType[type]) as AccessRequest["action"];
  if (type === "network") return { type, action, resource: tape.of(hosts).replace("*", "c") };
  const pattern = grant === undefined || tape.oneIn(3) ? path(tape, 4) : grant.resource;
  // What stands for anything becomes something.
  return { type, action, resource: pattern.replaceAll("*", () => tape.of(["a", "b", "a/b", "n"])) };
}

function knownOf(tape: Tape): KnownFacts {
  const known: { -readonly [Name in keyof KnownFacts]: KnownFacts[Name] } = {};
  if (!tape.oneIn(12)) known.now = noon + tape.of(moments) - 60_000;
  if (!tape.oneIn(4)) {
    known.person = tape.of(["per_1", "per_2", "per_3"]);
    known.roles = tape.some(["admin", "member"]);
    known.groups = tape.some(["staff", "night"]);
    if (!tape.oneIn(4)) known.address = tape.of(addresses);
    if (!tape.oneIn(3)) known.secondFactorAt = noon - tape.of(moments);
  }
  if (!tape.oneIn(8)) known.organization = tape.of(["acme", "globex"]);
  if (!tape.oneIn(3)) known.dataClass = tape.of(dataClasses);
  if (!tape.oneIn(8)) {
    known.usesAgoMs = Array.from({ length: tape.below(4) }, () => tape.of(moments));
  }
  return known;
}

/** One step of taking away. */
function narrowed(tape: Tape, grant: Grant): Grant {
  switch (tape.below(6)) {
    case 0:
      return { ...grant, actions: grant.actions.slice(0, 1) };
    case 1: {
      if (grant.type === "network") return { ...grant, resource: grant.resource.replace("*", "a") };
      return { ...grant, resource: grant.resource.replace("*", "a") };
    }
    case 2:
      return { ...grant, expiresAt: Math.min(grant.expiresAt ?? Infinity, noon - 1) };
    case 3:
      return {
        ...grant,
        scope: { persons: (grant.scope?.persons ?? ["per_1"]).slice(0, 1), groups: [] },
        ...(grant.scope !== undefined && grant.scope.persons === undefined
          ? { scope: { groups: (grant.scope.groups ?? []).slice(0, 1) } }
          : {}),
      };
    case 4: {
      // Of a name that it has already, the old one stays.
      return { ...grant, conditions: { ...conditionOf(tape), ...grant.conditions } };
    }
    default: {
      const { roles, rate, maxDataClass, ...rest } = grant.conditions ?? {};
      return {
        ...grant,
        conditions: {
          ...rest,
          roles: (roles ?? ["admin"]).slice(0, 1),
          rate: { maxCalls: 1, windowMs: Math.max(rate?.windowMs ?? 0, 60_000) },
          ...(maxDataClass === undefined ? {} : { maxDataClass: "public" as const }),
        },
      };
    }
  }
}

export function caseOf(bytes: Uint8Array): Case {
  const tape = new Tape(bytes);
  const grants = Array.from({ length: 1 + tape.below(4) }, (_, index) =>
    grantOf(tape, `g${index}`),
  );
  const [first] = grants;
  return {
    grants,
    request: requestOf(tape, tape.of(grants)),
    known: knownOf(tape),
    narrower: narrowed(tape, first as Grant),
  };
}

/** Tapes of a seed: the same anywhere (mulberry32, public domain by T. Ettinger). */
export function tapesOf(seed: number, count: number): readonly Uint8Array[] {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) & 255;
  };
  return Array.from({ length: count }, () => Uint8Array.from({ length: tapeBytes }, next));
}

/**
 * What a grant may be tied to besides type, resource and action: looked at anew at each use.
 * One schema for whoever writes conditions, one evaluator for whoever decides by them.
 *
 * Invariant: fails closed. A condition that is not known, is malformed, or asks for a fact that
 * nobody has given, refuses.
 */
import * as z from "#schema";
import { BerthError } from "../errors.ts";
import { nearestWord } from "../manifest/nearest-word.ts";
import { isWithinWindow, weekdays } from "./time-window.ts";

/** How delicate data is, the least first. */
export const dataClasses = Object.freeze([
  "public",
  "internal",
  "confidential",
  "restricted",
] as const);
export type DataClass = (typeof dataClasses)[number];

const timeOfDay = z
  .string()
  .check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: "is not a time such as 09:00" }));
const name = z.string().check(z.minLength(1), z.maxLength(128));
const names = z.array(name).check(z.minLength(1), z.maxLength(50));
// Which of these is a range is the server's to say (address-range.ts); one that is none holds nothing.
const range = z
  .string()
  .check(z.regex(/^[\da-f:.]{2,45}\/\d{1,3}$/i, { error: "is not a range such as 192.0.2.0/24" }));

const timeWindow = z
  .strictObject({
    /** Days on which the window begins. Default: every day. */
    days: z.exactOptional(z.array(z.enum(weekdays)).check(z.minLength(1), z.maxLength(7))),
    /** Its first minute. Default 00:00. */
    from: z.exactOptional(timeOfDay),
    /** The minute after its last; earlier than `from`, it lies on the next day. Default 24:00. */
    until: z.exactOptional(timeOfDay),
    /** An IANA name, such as America/Sao_Paulo. */
    timeZone: z
      .string()
      .check(
        z.maxLength(64),
        z.refine(isTimeZone, "is not a time zone, such as America/Sao_Paulo"),
      ),
  })
  .check(
    z.refine((window) => (window.from ?? "00:00") !== (window.until ?? "24:00"), {
      path: ["until"],
      message: "is the same minute as from, which leaves no time at all",
    }),
  );

export const grantConditionsSchema = z.strictObject({
  time: z.exactOptional(timeWindow),
  /** The person has one of these. */
  roles: z.exactOptional(names),
  /** The person is in one of these groups of the organization. */
  groups: z.exactOptional(names),
  /** The person acts for one of these. */
  organizations: z.exactOptional(names),
  /** The person's request came from an address in one of these. Only a server knows. */
  ipRanges: z.exactOptional(z.array(range).check(z.minLength(1), z.maxLength(50))),
  /** The person proved a second factor, in this session, at most so long ago. */
  maxSecondFactorAgeMinutes: z.exactOptional(z.number().check(z.positive(), z.maximum(43_200))),
  /** At most `maxCalls` uses of the grant within any `windowMs`. */
  rate: z.exactOptional(
    z.strictObject({
      maxCalls: z.number().check(z.int(), z.minimum(1), z.maximum(10_000)),
      windowMs: z.number().check(z.int(), z.minimum(100), z.maximum(86_400_000)),
    }),
  ),
  /** Consent older than this many days has to be given again. */
  maxConsentAgeDays: z.exactOptional(z.number().check(z.positive(), z.maximum(3_650))),
  /** The most delicate class of data that may be reached. */
  maxDataClass: z.exactOptional(z.enum(dataClasses)),
});

export type GrantConditions = z.output<typeof grantConditionsSchema>;
export type ConditionName = keyof GrantConditions;

/** What is known at the moment of a use. What is left out is not known, and refuses who asks. */
export interface AccessFacts {
  /** Milliseconds since the epoch. */
  readonly now?: number;
  /** Whose request it is; unknown where an app acts as itself. */
  readonly person?: string;
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly organization?: string;
  /** Whether the request came from within a range. */
  readonly isAddressIn?: (range: string) => boolean;
  /** When the person last proved a second factor; milliseconds since the epoch. */
  readonly secondFactorAt?: number;
  /** Of what is being reached. */
  readonly dataClass?: DataClass;
  /** How often a grant was used in the last `windowMs`, this use not counted. */
  readonly usesWithin?: (grantId: string, windowMs: number) => number;
}

/** For whom a grant is: these people, and whoever is in one of these groups. */
export interface GrantScope {
  /** Ids. */
  readonly persons?: readonly string[];
  readonly groups?: readonly string[];
}

/** The parts of a grant that its conditions are about. */
export interface ConditionedGrant {
  readonly id: string;
  /** Left out: for the whole organization, and for the app acting as itself. */
  readonly scope?: GrantScope;
  readonly conditions?: GrantConditions;
  /** When consent was given, in milliseconds since the epoch. */
  readonly grantedAt?: number;
  /** From this moment on the grant allows nothing; milliseconds since the epoch. */
  readonly expiresAt?: number;
}

const msPerDay = 86_400_000;

type Check = (value: never, facts: AccessFacts, grant: ConditionedGrant) => boolean;

// Each says yes only where it can show it: whatever compares with NaN or undefined is a no.
const checks: { readonly [Name in ConditionName]-?: Check } = {
  time: (value: NonNullable<GrantConditions["time"]>, { now }) =>
    now !== undefined && isWithinWindow(value, now),
  roles: (value: readonly string[], { roles }) => hasListed(value, roles),
  groups: (value: readonly string[], { groups }) => hasListed(value, groups),
  organizations: (value: readonly string[], { organization }) =>
    organization !== undefined && isListed(value, organization),
  rate: (value: NonNullable<GrantConditions["rate"]>, { usesWithin }, { id }) =>
    usesWithin !== undefined &&
    value.windowMs > 0 &&
    usesWithin(id, value.windowMs) < value.maxCalls,
  ipRanges: (value: readonly string[], { isAddressIn }) =>
    isAddressIn !== undefined && Array.isArray(value) && value.some((range) => isAddressIn(range)),
  maxSecondFactorAgeMinutes: (value: number, { now, secondFactorAt }) =>
    isYoung(secondFactorAt, now, value * 60_000),
  maxConsentAgeDays: (value: number, { now }, { grantedAt }) =>
    isYoung(grantedAt, now, value * msPerDay),
  maxDataClass: (value: DataClass, { dataClass }) =>
    dataClass !== undefined &&
    dataClasses.includes(dataClass) &&
    dataClasses.indexOf(dataClass) <= dataClasses.indexOf(value),
};

/**
 * The name of what refuses this use of a grant: `expiresAt`, `scope`, a condition's, or that of one that is
 * not known here; undefined when nothing does. Never throws. Of several, the first in the
 * grant's own order.
 */
export function findRefusal(grant: ConditionedGrant, facts: AccessFacts): string | undefined {
  if (grant.expiresAt !== undefined && !(facts.now !== undefined && facts.now < grant.expiresAt))
    return "expiresAt";
  const { conditions, scope } = grant;
  if (scope !== undefined && !isInScope(scope, facts)) return "scope";
  if (conditions === undefined) return undefined;
  if (typeof conditions !== "object" || conditions === null || Array.isArray(conditions))
    return "conditions";
  return Object.keys(conditions).find((key) => !holds(key, conditions, facts, grant));
}

function holds(
  key: string,
  conditions: GrantConditions,
  facts: AccessFacts,
  grant: ConditionedGrant,
): boolean {
  if (!Object.hasOwn(checks, key)) return false;
  // Just found among the checks.
  const known = key as ConditionName;
  try {
    // A value that is not of its condition's kind makes the check say no, or throw.
    return checks[known](conditions[known] as never, facts, grant) === true;
  } catch {
    // Malformed, and what cannot be read cannot allow.
    return false;
  }
}

/**
 * Reads conditions that somebody wrote.
 *
 * @throws BerthError REQUEST_INVALID naming the field, its value and the mend
 */
export function parseGrantConditions(value: unknown): GrantConditions {
  const result = z.safeParse(grantConditionsSchema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const isInside = issue.path[0] === "time" || issue.path[0] === "rate";
    const known = isInside
      ? issue.path[0] === "time"
        ? ["days", "from", "until", "timeZone"]
        : ["maxCalls", "windowMs"]
      : Object.keys(checks);
    const hint = nearestWord(key, known);
    const mend =
      hint === undefined ? `expected one of ${known.join(", ")}` : `did you mean ${hint}?`;
    throw invalid(`${[...issue.path, key].map(String).join(".")} is not known; ${mend}`);
  }
  const where = issue?.path.map(String).join(".") ?? "";
  throw invalid(
    `${where === "" ? "they" : where}: ${issue?.message ?? "not of the expected shape"}`,
  );
}

function invalid(what: string): BerthError {
  return new BerthError("REQUEST_INVALID", `The conditions of a grant are refused; ${what}.`);
}

function isInScope(scope: GrantScope | null, { person, groups }: AccessFacts): boolean {
  return (
    (person !== undefined && isListed(scope?.persons, person)) || hasListed(scope?.groups, groups)
  );
}

function hasListed(list: unknown, entries: readonly string[] | undefined): boolean {
  return entries?.some((entry) => isListed(list, entry)) === true;
}

/** Whether it was at most so long ago; a no where either is not known. */
function isYoung(at: number | undefined, now: number | undefined, maxAgeMs: number): boolean {
  return now !== undefined && at !== undefined && now - at <= maxAgeMs;
}

/** Never a text in place of the list: `"admins".includes("admin")`. */
function isListed(list: unknown, entry: string): boolean {
  return Array.isArray(list) && list.includes(entry);
}

function isTimeZone(text: string): boolean {
  try {
    // Fixed offsets such as +02:00 are taken by the engine, and mean what they say.
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    // The engine knows no zone of that name.
    return false;
  }
}

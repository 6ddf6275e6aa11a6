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
  /** The person acts for one of these. */
  organizations: z.exactOptional(names),
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
  readonly roles?: readonly string[];
  readonly organization?: string;
  /** Of what is being reached. */
  readonly dataClass?: DataClass;
  /** How often a grant was used in the last `windowMs`, this use not counted. */
  readonly usesWithin?: (grantId: string, windowMs: number) => number;
}

/** The parts of a grant that its conditions are about. */
export interface ConditionedGrant {
  readonly id: string;
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
  roles: (value: readonly string[], { roles }) =>
    roles?.some((role) => isListed(value, role)) === true,
  organizations: (value: readonly string[], { organization }) =>
    organization !== undefined && isListed(value, organization),
  rate: (value: NonNullable<GrantConditions["rate"]>, { usesWithin }, { id }) =>
    usesWithin !== undefined &&
    value.windowMs > 0 &&
    usesWithin(id, value.windowMs) < value.maxCalls,
  maxConsentAgeDays: (value: number, { now }, { grantedAt }) =>
    now !== undefined && grantedAt !== undefined && now - grantedAt <= value * msPerDay,
  maxDataClass: (value: DataClass, { dataClass }) =>
    dataClass !== undefined &&
    dataClasses.includes(dataClass) &&
    dataClasses.indexOf(dataClass) <= dataClasses.indexOf(value),
};

/**
 * The name of what refuses this use of a grant: `expiresAt`, a condition's, or that of one that is
 * not known here; undefined when nothing does. Never throws. Of several, the first in the
 * grant's own order.
 */
export function findRefusal(grant: ConditionedGrant, facts: AccessFacts): string | undefined {
  if (grant.expiresAt !== undefined && !(facts.now !== undefined && facts.now < grant.expiresAt))
    return "expiresAt";
  const { conditions } = grant;
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

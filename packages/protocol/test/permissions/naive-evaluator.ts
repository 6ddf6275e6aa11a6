/**
 * A second opinion on what is allowed, written from the words of docs/permissions.md and not from the
 * code: by regular expressions, texts of bits and recursion, with no care for speed.
 */

import type { KnownFacts } from "../../../../test/support/permission-cases.ts";
import type { AccessRequest, Grant, GrantConditions } from "../../src/index.ts";

export function naiveAllowingGrant(
  grants: readonly Grant[],
  request: AccessRequest,
  known: KnownFacts,
): string | undefined {
  const [first, ...rest] = grants;
  if (first === undefined) return undefined;
  return naiveCovers(first, request) && naiveHolds(first, known)
    ? first.id
    : naiveAllowingGrant(rest, request, known);
}

function naiveCovers({ type, resource, actions }: Grant, request: AccessRequest): boolean {
  if (type !== request.type) return false;
  if (!new RegExp(`^(?:${actions.join("|")})$`).test(request.action)) return false;
  return type === "network"
    ? hostExpression(resource).test(request.resource.toLowerCase())
    : pathExpression(resource).test(request.resource);
}

const literally = (text: string) => text.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");

function hostExpression(pattern: string): RegExp {
  return new RegExp(`^${literally(pattern).replace(/^\*/, ".+")}$`, "s");
}

/** A segment, or any; a final `/*` also stands for the path before it and everything below. */
function pathExpression(pattern: string): RegExp {
  if (pattern === "*") return /^/;
  const middle = literally(pattern).replaceAll(/(^|\/)\*(?=\/)/g, "$1[^/]+");
  return new RegExp(`^${middle.replace(/\/\*$/, "(?:/.*)?")}$`, "s");
}

function naiveHolds(grant: Grant, known: KnownFacts): boolean {
  if (grant.expiresAt !== undefined && !(known.now !== undefined && known.now < grant.expiresAt))
    return false;
  if (grant.scope !== undefined) {
    const isNamed = new Set(grant.scope.persons).has(known.person ?? "");
    if (!isNamed && !meets(grant.scope.groups, known.groups)) return false;
  }
  return Object.entries(grant.conditions ?? {}).every(([name, value]) => {
    const ask = answers[name as keyof GrantConditions];
    return ask(value as never, known, grant);
  });
}

const meets = (one: readonly string[] = [], other: readonly string[] = []) =>
  new Set([...one, ...other]).size < new Set(one).size + new Set(other).size;

type Answer = (value: never, known: KnownFacts, grant: Grant) => boolean;

const answers: { readonly [Name in keyof GrantConditions]-?: Answer } = {
  roles: (value: string[], { roles }) => meets(value, roles),
  groups: (value: string[], { groups }) => meets(value, groups),
  organizations: (value: string[], { organization }) =>
    organization !== undefined && meets(value, [organization]),
  ipRanges: (value: string[], { address }) =>
    address !== undefined && value.some((range) => startsAlike(address, range)),
  maxSecondFactorAgeMinutes: (minutes: number, { now, secondFactorAt }) =>
    now !== undefined &&
    secondFactorAt !== undefined &&
    secondFactorAt >= now - minutes * 60 * 1000,
  maxConsentAgeDays: (days: number, { now }, { grantedAt }) =>
    now !== undefined && grantedAt !== undefined && grantedAt >= now - days * 24 * 60 * 60 * 1000,
  rate: ({ maxCalls, windowMs }: { maxCalls: number; windowMs: number }, { usesAgoMs }) =>
    usesAgoMs !== undefined && usesAgoMs.filter((ago) => ago < windowMs).length + 1 <= maxCalls,
  maxDataClass: (most: string, { dataClass }) =>
    dataClass !== undefined &&
    new RegExp(`${dataClass}.*${most}|^${most}$`).test(
      dataClass === most ? most : "public internal confidential restricted",
    ),
  time: (window: NonNullable<GrantConditions["time"]>, { now }) =>
    now !== undefined && isWithin(window, now),
};

/** The bits of an address; those of an IPv4 address come after `ffff`, as they do within IPv6. */
function bitsOf(address: string): string | undefined {
  const v4 = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/i.exec(address);
  if (v4 !== null) {
    const bytes = v4.slice(1).map(Number);
    if (bytes.some((byte) => byte > 255)) return undefined;
    return "0".repeat(80) + "1".repeat(16) + bytes.map((byte) => inBits(byte, 8)).join("");
  }
  if (!/^[\da-f:]+$/i.test(address)) return undefined;
  const given = address.split(/:+/).filter((group) => group !== "").length;
  const whole = address.replace("::", `:${"0:".repeat(8 - given)}`);
  const groups = whole.split(":").filter((group) => group !== "");
  return groups.map((group) => inBits(Number.parseInt(group, 16), 16)).join("");
}

const inBits = (value: number, width: number) => value.toString(2).padStart(width, "0");

function startsAlike(address: string, range: string): boolean {
  const [base = "", length = ""] = range.split("/");
  const given = bitsOf(address.replace(/%.*/, ""));
  const wanted = bitsOf(base);
  if (given === undefined || wanted === undefined) return false;
  const isV4 = /^[\d.]+$/.test(base);
  return given.startsWith(wanted.slice(0, Number(length) + (isV4 ? 96 : 0)));
}

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function isWithin(window: NonNullable<GrantConditions["time"]>, now: number): boolean {
  const { days = dayNames, from = "00:00", until = "24:00", timeZone } = window;
  const shown = new Date(now).toLocaleString("en-GB", {
    ...{ timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  const [, day = "", hour = "", minute = ""] = /(\w{3}).*?(\d\d):(\d\d)/.exec(shown) ?? [];
  const at = dayNames.indexOf(day.toLowerCase()) * 1440 + Number(hour) * 60 + Number(minute);
  return days.some((name) => {
    const start = dayNames.indexOf(name) * 1440;
    const [begins = 0, ends = 0] = [from, until].map((text) => {
      const [hours = 0, minutes = 0] = text.split(":").map(Number);
      return start + hours * 60 + minutes;
    });
    const last = ends > begins ? ends : ends + 1440;
    return (begins <= at && at < last) || (begins <= at + 10_080 && at + 10_080 < last);
  });
}

import { encodeEntry } from "@berth/audit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DecidedAccess } from "../../src/policy/ports.ts";
import { createDecisionEncoder } from "../../src/trail/encode-decision.ts";
import { decisionOf } from "./decision.ts";

const salt = "AAAAAAAAAAAAAAAAAAAAAA";
const at = Date.UTC(2026, 10, 22, 8, 30);
const bounded = (text: string) => (text.length <= 500 ? text : `${text.slice(0, 500)}…`);
const mended = (text: string) => bounded(text).toWellFormed();

/** The same entry through the encoder of all others. */
function encodedPlainly({ question, access, isAllowed, decidedBy }: DecidedAccess): string {
  const { live, purpose, requestId, subject } = question;
  return encodeEntry({
    v: 1,
    ...{ at: new Date(at).toISOString(), salt, action: "access.decide" },
    organizationId: live.organizationId,
    actor: { kind: "app", id: live.id },
    target: { kind: access.type, id: access.resource === "" ? "(empty)" : mended(access.resource) },
    outcome: isAllowed ? "allowed" : "denied",
    details: {
      ...{ app: live.app, version: live.version, verb: access.action, purpose },
      decidedBy: mended(decidedBy),
      ...(subject === null ? {} : { person: subject.personId }),
    },
    ...(requestId === null ? {} : { requestId }),
  }).body;
}

describe("a decision's text", () => {
  it("is the canonical text of its entry, whatever the app asks for", () => {
    const encode = createDecisionEncoder();
    const base = decisionOf("/");
    const text = fc.string({ unit: "binary", maxLength: 60 });
    const person = { roles: [], groups: [], address: null, secondFactorAt: null };
    const decided = fc.record({
      resource: fc.oneof(
        text,
        fc.constantFrom("", '"', "\\", "\u0000", "\ud800", "x".repeat(501), "é".repeat(600)),
      ),
      decidedBy: text,
      isAllowed: fc.boolean(),
      personId: fc.option(fc.string({ minLength: 1, maxLength: 40 })),
      requestId: fc.option(fc.constantFrom("req-0123456789abcdef01234567", "req-2")),
    });
    fc.assert(
      fc.property(decided, ({ resource, decidedBy, isAllowed, personId, requestId }) => {
        const subject = personId === null ? null : { ...person, personId };
        const decision: DecidedAccess = {
          question: { ...base.question, requestId, subject },
          access: { ...base.access, resource },
          ...{ isAllowed, decidedBy },
        };
        expect(encode(decision, { at, salt })).toBe(encodedPlainly(decision));
      }),
    );
  });

  it("is of the installation as it is now, and of its own moment", () => {
    const encode = createDecisionEncoder();
    const { question, ...rest } = decisionOf("/a");
    const parse = (version: string, later: number) =>
      JSON.parse(
        encode(
          { question: { ...question, live: { ...question.live, version } }, ...rest },
          { at: at + later, salt },
        ),
      );
    expect(parse("1.0.0", 0)).toMatchObject({ details: { version: "1.0.0" } });
    expect(parse("2.0.0", 1)).toMatchObject({
      at: "2026-11-22T08:30:00.001Z",
      details: { version: "2.0.0" },
    });
  });
});

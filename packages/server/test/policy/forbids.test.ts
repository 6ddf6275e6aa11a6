import type { AccessRequest } from "@berth/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/policy/cedar/compile.ts";
import { type Cedar, openCedar } from "../../src/policy/cedar/engine.ts";
import { contextOf, entitiesOf, type PolicyFacts, sliceOf } from "../../src/policy/cedar/facts.ts";
import { type DecisionSources, decide } from "../../src/policy/decide.ts";
import { createForbids } from "../../src/policy/forbids.ts";
import { createTestClock } from "../support/services.ts";
import { connect, createLive, questionOf, read, watchForbids } from "./support/policy-questions.ts";

const noNetwork = `@id("no-network") @reason("not from here")
forbid (principal, action == Action::"network:connect", resource);`;

describe("published policies", () => {
  it("forbid from the next decision on, by name and reason, and no more once they are gone", () => {
    const forbids = watchForbids();
    const question = questionOf(createLive());
    expect(forbids.find(question, connect, {})).toBeUndefined();
    forbids.publish("org-1", noNetwork);
    expect(forbids.find(question, connect, {})).toEqual({
      ...{ policy: "no-network", scope: "organization", reason: "not from here" },
    });
    expect(forbids.forbidsBy(read)).toBeUndefined();
    expect(forbids.forbidsBy(connect, questionOf(createLive({ organizationId: "org-2" })))).toBe(
      undefined,
    );
    forbids.publish("org-1", `@id("other") ${noNetwork.slice(noNetwork.indexOf("forbid"))}`);
    expect(forbids.forbidsBy(connect)).toBe("other");
    forbids.publish("org-1", null);
    expect(forbids.forbidsBy(connect)).toBeUndefined();
  });

  it("of the operator lie beneath those of every organization, and come first", () => {
    const forbids = watchForbids();
    forbids.publish("org-1", noNetwork);
    forbids.publish(null, noNetwork.replace("no-network", "host-rule"));
    const question = questionOf(createLive());
    expect(forbids.find(question, connect, {})).toMatchObject({ scope: "operator" });
    expect(
      forbids.explain(question, connect, {}).map(({ policy, outcome }) => [policy, outcome]),
    ).toEqual([
      ["host-rule", "forbids"],
      ["no-network", "forbids"],
    ]);
    const other = questionOf(createLive({ organizationId: "org-2" }));
    expect(forbids.find(other, connect, {})).toMatchObject({ policy: "host-rule" });
    forbids.publish(null, null);
    expect(forbids.find(other, connect, {})).toBeUndefined();
    expect(forbids.find(question, connect, {})).toMatchObject({ policy: "no-network" });
  });

  it.each([
    [`resource in App::"tools/orders"`, null, {}, true],
    [`resource in App::"tools/other"`, null, {}, false],
    [`resource in Publisher::"tools"`, null, {}, true],
    [`resource in Organization::"acme"`, null, {}, true],
    [`resource is Network && resource.host == "api.example.com"`, null, {}, true],
    [`principal is Installation`, null, {}, true],
    [`principal is Person`, null, {}, false],
    [`principal in Role::"member"`, {}, {}, true],
    [`principal in Role::"admin"`, {}, {}, false],
    [`principal in Group::"night"`, { groups: ["night"] }, {}, true],
    [`principal is Service`, { kind: "service" as const }, {}, true],
    [`action in Action::"network"`, null, {}, true],
    [`action in Action::"api"`, null, {}, false],
    [`context.weekday == "sun"`, null, {}, true],
    [`context.now.toTime() == duration("12h")`, null, {}, true],
    [`context.purpose == "hook"`, null, {}, false],
    [`context has address`, { address: "not an address" }, {}, false],
    [
      `context has address && context.address.isInRange(ip("192.0.2.0/24"))`,
      { address: "::ffff:192.0.2.7" },
      {},
      true,
    ],
    [`context has secondFactorAgeSeconds`, {}, {}, false],
    [
      `context has secondFactorAgeSeconds && context.secondFactorAgeSeconds == 60`,
      { secondFactorAt: Date.parse("2026-11-22T11:59:00Z") },
      {},
      true,
    ],
    [
      `context has dataClass && context.dataClass == "internal"`,
      null,
      { dataClass: "internal" },
      true,
    ],
  ] as const)("see %s as it is", (condition, subject, facts, expected) => {
    const forbids = watchForbids();
    forbids.publish(null, `forbid (principal, action, resource) when { ${condition} };`);
    const found = forbids.find(questionOf(createLive(), subject), connect, facts);
    expect(found !== undefined).toBe(expected);
    expect(forbids.complaints).toEqual([]);
  });
});

describe("what cannot be decided", () => {
  it("is forbidden: a policy that fails, and says at what", () => {
    const forbids = watchForbids();
    forbids.publish(
      null,
      `@id("sum") forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };`,
    );
    const question = questionOf(createLive());
    const found = forbids.find(question, read, {});
    expect(found?.policy).toBe("sum");
    expect(found?.reason).toContain("overflow");
    expect(forbids.explain(question, read, {})).toMatchObject([{ outcome: "fails" }]);
  });

  it("is forbidden: a published text that cannot be read", () => {
    const forbids = watchForbids();
    forbids.publish("org-1", "forbid (principal");
    expect(forbids.forbidsBy(read)).toBe("unreadable");
    expect(forbids.explain(questionOf(createLive()), read, {})).toMatchObject([
      { policy: "unreadable", outcome: "fails" },
    ]);
    expect(forbids.about(createLive(), read)).toMatchObject([{ isAlways: true }]);
    expect(forbids.complaints).toHaveLength(1);
    forbids.publish(null, "permit (principal, action, resource);");
    expect(forbids.forbidsBy(read, questionOf(createLive({ organizationId: "org-2" })))).toBe(
      "unreadable",
    );
  });

  it("is forbidden: an engine that traps, which is replaced for the next question", () => {
    let traps = 1;
    let opened = 0;
    const open = (): Cedar => {
      opened += 1;
      const cedar = openCedar();
      return {
        ...cedar,
        statefulIsAuthorized(call) {
          traps -= 1;
          if (traps >= 0) throw new RangeError("Maximum call stack size exceeded");
          return cedar.statefulIsAuthorized(call);
        },
      };
    };
    const forbids = watchForbids({ open });
    forbids.publish("org-1", noNetwork.replace("resource)", "resource) when { false }"));
    expect(forbids.forbidsBy(connect)).toBe("not-evaluated");
    expect(forbids.complaints).toHaveLength(1);
    expect(forbids.forbidsBy(connect)).toBeUndefined();
    // One reads, one trapped, one took its place.
    expect(opened).toBe(3);
  });

  it("is forbidden: a question that the engine does not understand, which costs no engine", () => {
    let opened = 0;
    const open = (): Cedar => {
      opened += 1;
      return openCedar();
    };
    const forbids = watchForbids({ open });
    forbids.publish(
      null,
      `forbid (principal, action, resource) when { resource.name like "*x*y" };`,
    );
    expect(forbids.forbidsBy(read)).toBeUndefined();
    for (const resource of ["/half-\ud800", `/${"x".repeat(4_096)}`]) {
      expect(forbids.forbidsBy({ ...read, resource })).toBe("not-evaluated");
    }
    expect(forbids.forbidsBy({ ...read, resource: "/x/y" })).toBe("policy-1");
    expect(forbids.forbidsBy({ ...read, resource: `/${"x".repeat(4_095)}` })).toBeUndefined();
    // One reads, one decides.
    expect(opened).toBe(2);
    expect(forbids.complaints).toEqual([]);
  });

  it("is forbidden: an engine that does not load", () => {
    const forbids = watchForbids({
      open() {
        throw new Error("no such file");
      },
    });
    expect(forbids.forbidsBy(connect)).toBeUndefined();
    forbids.publish(null, noNetwork);
    expect(forbids.forbidsBy(read)).toBe("unreadable");
  });

  it("is forbidden for a second at a time: an engine that cannot be had just now", () => {
    const clock = createTestClock();
    let opened = 0;
    const forbids = createForbids({
      ...{ clock, logger: { error: () => undefined } },
      openCedar() {
        opened += 1;
        if (opened === 1) throw new Error("EMFILE: too many open files");
        return openCedar();
      },
    });
    forbids.publish(null, noNetwork);
    const forbidsBy = () => forbids.find(questionOf(createLive()), connect, {})?.policy;
    expect([forbidsBy(), forbidsBy(), opened]).toEqual(["unreadable", "unreadable", 1]);
    clock.advance(1_000);
    expect(forbidsBy()).toBe("no-network");
    expect(forbids.find(questionOf(createLive()), read, {})).toBeUndefined();
  });

  it("is said of a policy that fails, of several the first in the text", () => {
    const forbids = watchForbids();
    const failing = (id: string) =>
      `@id("${id}") forbid (principal, action, resource) when { context.secondFactorAgeSeconds > 1 };`;
    const ids = ["z", "m", "a", "k"];
    forbids.publish(null, ids.map(failing).join("\n"));
    expect(forbids.forbidsBy(read)).toBe("z");
    expect(forbids.explain(questionOf(createLive()), read, {}).map(({ policy }) => policy)).toEqual(
      ids,
    );
  });
});

describe("the engine's memory", () => {
  it("is not loaded for policies that are not asked, nor for accesses out of their scope", () => {
    let prepared = 0;
    const open = (): Cedar => {
      const cedar = openCedar();
      return {
        ...cedar,
        preparsePolicySet(...call) {
          prepared += 1;
          return cedar.preparsePolicySet(...call);
        },
      };
    };
    const forbids = watchForbids({ open });
    forbids.publish(null, noNetwork.replace("resource)", `resource in App::"a/b")`));
    expect(forbids.forbidsBy(read)).toBeUndefined();
    expect(forbids.forbidsBy(connect)).toBeUndefined();
    expect(prepared).toBe(0);
    const live = createLive({ app: "a/b" as never });
    expect(forbids.forbidsBy(connect, questionOf(live))).toBe("no-network");
    expect(prepared).toBe(1);
  });

  it("holds few sets, whose names are taken again, and every organization is decided by its own", () => {
    const names = new Set<string>();
    const open = (): Cedar => {
      const cedar = openCedar();
      return {
        ...cedar,
        preparsePolicySet(id, policies) {
          names.add(id);
          return cedar.preparsePolicySet(id, policies);
        },
      };
    };
    const forbids = watchForbids({ open, maxSets: 3 });
    const ids = Array.from({ length: 10 }, (_, index) => `org-${index}`);
    for (const id of ids) forbids.publish(id, noNetwork.replace("no-network", `of-${id}`));
    for (const id of [...ids, ...ids.toReversed(), ...ids]) {
      const live = createLive({ organizationId: id });
      expect(forbids.forbidsBy(connect, questionOf(live))).toBe(`of-${id}`);
    }
    for (const id of ids) forbids.publish(id, noNetwork);
    expect(forbids.forbidsBy(connect)).toBe("no-network");
    expect(names.size).toBeLessThanOrEqual(3);
  });
});

describe("an answer that is remembered", () => {
  it("is given again for exactly what Cedar was told, and for nothing else", () => {
    let asked = 0;
    const open = (): Cedar => {
      const cedar = openCedar();
      return {
        ...cedar,
        statefulIsAuthorized(call) {
          asked += 1;
          return cedar.statefulIsAuthorized(call);
        },
      };
    };
    const forbids = watchForbids({ open });
    const rule = (hour: number) =>
      `forbid (principal, action, resource) when { context.now.toTime() >= duration("${hour}h") };`;
    forbids.publish("org-1", rule(12));
    const at = (text: string, question = questionOf(createLive())) =>
      forbids.find(question, read, { now: Date.parse(text) }) !== undefined;
    expect(at("2026-11-22T11:59:59.100Z")).toBe(false);
    expect(at("2026-11-22T11:59:59.900Z")).toBe(false);
    expect(asked).toBe(1);
    expect(at("2026-11-22T12:00:00.000Z")).toBe(true);
    expect(at("2026-11-22T12:00:00.000Z", questionOf(createLive(), { personId: "p" }))).toBe(true);
    expect(asked).toBe(3);
    forbids.publish("org-1", rule(13));
    expect(at("2026-11-22T12:00:00.000Z")).toBe(false);
    forbids.publish("org-1", rule(12));
    expect(at("2026-11-22T12:00:00.000Z")).toBe(true);
  });
});

const roles = ["member", "admin"] as const;
const apps = ["tools/orders", "tools/notes", "other/chat"] as const;
const accesses: readonly AccessRequest[] = [
  connect,
  read,
  { ...read, action: "write" },
  { type: "data", resource: "orders", action: "read" },
];
const scope = {
  principal: fc.constantFrom(
    ...["principal", `principal in Role::"admin"`, "principal is Person"],
    ...[`principal is Person in Role::"member"`, "principal is Installation"],
    ...[`principal == Person::"per_1"`, `principal in App::"tools/orders"`],
  ),
  action: fc.constantFrom(
    ...["action", `action in Action::"api"`, `action == Action::"network:connect"`],
    ...[`action in [Action::"data", Action::"api:read"]`],
  ),
  resource: fc.constantFrom(
    ...["resource", `resource in App::"tools/orders"`, `resource in Publisher::"tools"`],
    ...["resource is Api", `resource is Api in App::"tools/notes"`],
    ...[`resource == Api::"/api/orders/7"`, `resource in Organization::"acme"`],
  ),
  condition: fc.constantFrom(
    ...["", `when { resource.name like "*orders*" }`, `when { principal in Role::"member" }`],
    ...["when { context has address }", `unless { action in Action::"api" }`],
    ...[
      "when { 9223372036854775807 + 1 == 0 }",
      `when { resource in [App::"a/b", App::"other/chat"] }`,
    ],
    ...["when { resource in principal }", `when { principal is Person in Role::"admin" }`],
    ...[`when { principal in (if true then Role::"member" else Role::"admin") }`],
  ),
};
const policy = fc
  .record(scope)
  .map(
    (parts) =>
      `forbid (${parts.principal}, ${parts.action}, ${parts.resource}) ${parts.condition};`,
  );
const asked = fc.record({
  app: fc.constantFrom(...apps),
  access: fc.constantFrom(...accesses),
  subject: fc.option(
    fc.record({
      roles: fc.subarray([...roles]),
      personId: fc.constantFrom("per_1", "per_2"),
      address: fc.constantFrom("192.0.2.1", null),
    }),
  ),
});

describe("laws", () => {
  const reader = openCedar();
  const forbids = watchForbids();
  const grants = accesses.map((access, index) => ({
    ...{ id: `g${index}`, type: access.type, resource: access.resource, actions: [access.action] },
  }));
  const sources: DecisionSources = {
    lease: { isHeld: () => true, regained: () => undefined },
    forbids,
    factsOf: () => ({ now: Date.parse("2026-11-22T12:00:00Z") }),
  };
  const ask = ({
    app,
    access,
    subject,
  }: typeof asked extends fc.Arbitrary<infer T> ? T : never) => {
    // Made from the table of permissions, and of an app's name.
    const live = createLive({ app: app as never, grants: grants as never });
    return decide(questionOf(live, subject), access, sources);
  };

  it("a policy that forbids wins over every grant, and another policy never allows more", () => {
    fc.assert(
      fc.property(fc.array(policy, { maxLength: 4 }), policy, asked, (some, more, question) => {
        forbids.publish("org-1", some.join("\n"));
        const before = ask(question);
        forbids.publish("org-1", [...some, more].join("\n"));
        const after = ask(question);
        if (!before.isAllowed) expect(after.isAllowed).toBe(false);
        forbids.publish(null, "forbid (principal, action, resource);");
        expect(ask(question)).toMatchObject({ isAllowed: false, by: "policy" });
        forbids.publish(null, null);
      }),
      { numRuns: 100 },
    );
  });

  it("what is looked at before Cedar is asked never changes Cedar's answer", () => {
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 4 }), asked, (some, question) => {
        const text = some.join("\n");
        forbids.publish("org-1", text);
        const { policies } = compilePolicies(reader, text);
        const facts = factsOf(question);
        const slice = sliceOf(facts);
        const answer = reader.isAuthorized({
          principal: slice.principal,
          action: { type: "Action", id: slice.action },
          resource: slice.resource,
          context: contextOf(facts, new Set(["now", "address", "purpose"])),
          policies: { staticPolicies: `permit (principal, action, resource);\n${text}` },
          entities: entitiesOf(slice, { parents: "all", attributes: true, action: true }),
        });
        if (answer.type === "failure") throw new Error(answer.errors[0]?.message);
        const { decision, diagnostics } = answer.response;
        const isForbidden = decision === "deny" || diagnostics.errors.length > 0;
        expect(policies).toHaveLength(some.length);
        expect(!ask(question).isAllowed).toBe(isForbidden);
      }),
      { numRuns: 100 },
    );
  });

  function factsOf({ app, access, subject }: Parameters<typeof ask>[0]): PolicyFacts {
    return {
      access,
      principal:
        subject === null
          ? { kind: "installation", id: createLive().id, roles: [], groups: [] }
          : { kind: "person", id: subject.personId, roles: subject.roles, groups: [] },
      ...{ installation: createLive().id, app, organization: "acme" },
      ...{ now: Date.parse("2026-11-22T12:00:00Z"), purpose: "request" },
      ...{ address: subject?.address ?? null, secondFactorAgeSeconds: null, dataClass: null },
    };
  }
});

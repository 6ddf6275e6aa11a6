import { describe, expect, it } from "vitest";
import { createPolicyChecker } from "../../src/policy/cedar/checker.ts";
import { openCedar } from "../../src/policy/cedar/engine.ts";
import { policyBounds } from "../../src/policy/cedar/split.ts";
import { validatePolicies } from "../../src/policy/cedar/validate.ts";

const cedar = openCedar();
const everything = "forbid (principal, action, resource)";

/** The first problem as `line:column message`. */
function problemOf(text: string): string | undefined {
  const [problem] = validatePolicies(cedar, text).problems;
  return problem && `${problem.line}:${problem.column} ${problem.message}`;
}

describe("a text of policies", () => {
  it("gives names, reasons, actions and what each looks at", () => {
    const { policies, problems } = validatePolicies(
      cedar,
      `// The first has a name; the second gets one.
@id("office-hours")
@reason("Only while somebody is there; even so")
forbid (principal, action in [Action::"api", Action::"network:connect"], resource in App::"a/b")
when { context.weekday == "sun" && "a;b}" != context.purpose };

${everything} unless { principal in Role::"admin" };`,
    );
    expect(problems).toEqual([]);
    expect(policies.map(({ id, reason, line }) => ({ id, reason, line }))).toEqual([
      { id: "office-hours", reason: "Only while somebody is there; even so", line: 2 },
      { id: "policy-2", reason: null, line: 7 },
    ]);
    expect([...(policies[0]?.actions ?? [])]).toEqual(["api:read", "api:write", "network:connect"]);
    expect([...(policies[0]?.context ?? [])]).toEqual(["weekday", "purpose"]);
  });

  it.each([
    [`${everything};\n  permit (principal, action, resource);`, "2:3 Policies can only forbid"],
    [`${everything} when { context.now > };`, "1:59 unexpected token `}`"],
    [`${everything} when { "é" == resource.nam };`, "1:52 attribute `nam`"],
    ["forbid (principal == ?principal, action, resource);", "1:22 expected a static policy"],
    [`forbid (principal, action == Action::"netwrok:connect", resource);`, "1:30 unrecognized"],
    [`${everything} when { context.address.isLoopback() };`, "1:45 unable to guarantee"],
    [`@id("a")\n${everything};\n@id("a")\n${everything};`, '3:1 @id("a") is the name of'],
    [`@id("No name")\n${everything};`, '1:1 @id("No name") is no name'],
    [`@reason("")\n${everything};`, "1:1 @reason is not one plain line"],
    [`${everything}`, "1:37 unexpected end of input"],
    ["hello", "1:6 unexpected end of input"],
  ])("is refused where it is wrong: %s", (text, problem) => {
    expect(problemOf(text)).toContain(problem);
    expect(validatePolicies(cedar, text).policies).toEqual([]);
  });

  it("is warned of a policy that can never forbid, and kept", () => {
    const text = `forbid (principal, action == Action::"api:read", resource is Network);`;
    const { policies, problems } = validatePolicies(cedar, text);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(policies).toHaveLength(1);
  });

  it("is held to its bounds before Cedar reads it", () => {
    const nested = (depth: number) =>
      `${everything} when { ${"(".repeat(depth)}true${")".repeat(depth)} };`;
    // The braces of the condition are one level themselves.
    expect(problemOf(nested(policyBounds.maxDepth - 1))).toBeUndefined();
    expect(problemOf(nested(policyBounds.maxDepth))).toContain("nests more than 24 deep");
    const branches = `${everything} when { ${"if true then true else ".repeat(30)}true };`;
    expect(problemOf(branches)).toContain("nests more than 24 deep");
    expect(problemOf(`${everything} when { ${"1 == 1 && ".repeat(300)}true };`)).toContain(
      "more than 800 words and signs",
    );
    const many = (count: number) => `${everything};\n`.repeat(count);
    expect(problemOf(many(policyBounds.maxPolicies))).toBeUndefined();
    expect(problemOf(many(policyBounds.maxPolicies + 1))).toContain("more than 100 policies");
    expect(problemOf(`//${"x".repeat(policyBounds.maxBytes)}`)).toContain("at most 65536");
  });

  it("of the widest shapes that the bounds let through does not overrun the engine", () => {
    const shapes = [
      `0 == ${"1 + ".repeat(390)}1`,
      `context${".a".repeat(380)} == 1`,
      `${"context has address || ".repeat(190)}true`,
      `${"true } when { ".repeat(190)}true`,
      `[${"true,".repeat(390)}true] == []`,
      `${"[".repeat(22)}true${"]".repeat(22)} == []`,
    ];
    for (const shape of shapes) {
      expect(problemOf(`${everything} when { ${shape} };`) ?? "").not.toContain("words and signs");
    }
    // The engine lives: a trap would have thrown, or shown here.
    expect(problemOf(`${everything};`)).toBeUndefined();
  });
});

describe("the checker", () => {
  it("answers from a thread, whose end is a problem of the text and of nobody else", async () => {
    const checker = createPolicyChecker();
    const checked = await checker.check("acme", `@id("all")\n${everything};`);
    expect(checked.policies.map(({ id }) => id)).toEqual(["all"]);
    const hurried = createPolicyChecker({ checkTimeoutMs: 0 });
    // As much as is allowed, which takes far longer than no time at all.
    const slow = `${everything} when { ${"context has address || ".repeat(190)}true };\n`.repeat(
      14,
    );
    const { policies, problems } = await hurried.check("acme", slow);
    expect(policies).toEqual([]);
    expect(problems[0]?.message).toContain("within the host's bounds");
  });

  it("lets an owner wait with few questions", async () => {
    const checker = createPolicyChecker({ maxOfOwner: 1 });
    const first = checker.check("acme", `${everything};`);
    await expect(checker.check("acme", `${everything};`)).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    expect((await first).problems).toEqual([]);
    expect((await checker.check("acme", "")).policies).toEqual([]);
  });
});

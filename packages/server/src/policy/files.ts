/** Policies in a file, with no server: what `berth policy validate` and `test` are made of. */
import type { PolicyCase, PolicyTestView } from "@berth/protocol/api";
import { runCases } from "./cases.ts";
import { type CheckedPolicy, createPolicyChecker } from "./cedar/checker.ts";
import type { PolicyProblem } from "./cedar/problem.ts";
import { createForbids } from "./forbids.ts";

/** What is wrong with a text, by line and column from 1; warnings do not keep it from being used. */
export async function checkPolicyText(text: string): Promise<{
  readonly policies: readonly CheckedPolicy[];
  readonly problems: readonly PolicyProblem[];
}> {
  return createPolicyChecker().check("file", text);
}

/**
 * Holds cases against a text that was checked; grants are taken as given.
 *
 * @param now - for cases without a time; milliseconds since 1970
 */
export function testPolicyText(
  text: string,
  { cases, now }: { readonly cases: readonly PolicyCase[]; readonly now: number },
): PolicyTestView {
  const forbids = createForbids({ clock: { now: () => now }, logger: { error: () => undefined } });
  forbids.publish(null, text);
  return runCases(cases, {
    judge: (facts) => forbids.judge(null, facts),
    ...{ now, organization: "any" },
  });
}

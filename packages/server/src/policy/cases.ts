/** Test cases of policies: the same for a file on somebody's laptop and for what is in force here. */
import type { PolicyCase, PolicyTestView } from "@berth/protocol/api";
import type { PolicyFacts } from "./cedar/facts.ts";
import type { Forbidding } from "./ports.ts";

/**
 * Grants are taken as given: a case says what the policies make of an access.
 *
 * @param judge - what forbids it, if anything does
 * @param now - for cases that name no time; milliseconds since 1970
 */
export function runCases(
  cases: readonly PolicyCase[],
  options: {
    readonly judge: (facts: PolicyFacts) => Forbidding | undefined;
    readonly now: number;
    /** Of cases that name none. */
    readonly organization: string;
  },
): PolicyTestView {
  const results = cases.map((each, index) => {
    const forbidding = options.judge(factsOf(each, options));
    const got = forbidding === undefined ? ("allow" as const) : ("deny" as const);
    const isByWanted = each.by === undefined || forbidding?.policy === each.by;
    return {
      name: each.name ?? `case ${index + 1}`,
      isPassed: got === each.expect && (got === "allow" || isByWanted),
      expected: each.expect,
      got,
      by: forbidding?.policy ?? null,
      reason: forbidding?.reason ?? null,
    };
  });
  const passed = results.filter(({ isPassed }) => isPassed).length;
  return { passed, failed: results.length - passed, results };
}

function factsOf(
  each: PolicyCase,
  { now, organization }: { readonly now: number; readonly organization: string },
): PolicyFacts {
  // Listed as `type:action` in the table of permissions.
  const [type, action] = each.access.split(":") as [
    PolicyFacts["access"]["type"],
    PolicyFacts["access"]["action"],
  ];
  return {
    access: { type, action, resource: each.resource },
    principal:
      each.person === undefined
        ? { kind: "installation", id: each.installation, roles: [], groups: [] }
        : each.person,
    installation: each.installation,
    app: each.app,
    organization: each.organization ?? organization,
    now: each.at === undefined ? now : Date.parse(each.at),
    purpose: each.purpose,
    address: each.address ?? null,
    secondFactorAgeSeconds: each.secondFactorAgeSeconds ?? null,
    dataClass: each.dataClass ?? null,
  };
}

/**
 * Validates a text against the schema, whole: syntax, what policies may be, types, and one trial.
 * Runs where a trap or an endless while harms nobody: see checker.ts.
 */
import { type Compiled, compilePolicies } from "./compile.ts";
import type { Cedar } from "./engine.ts";
import { createPlaces, type PolicyProblem } from "./problem.ts";
import { cedarSchema } from "./schema.ts";

/** @throws what a trapped engine throws */
export function validatePolicies(cedar: Cedar, text: string): Compiled {
  const compiled = compilePolicies(cedar, text);
  const { policies, pieces } = compiled;
  if (policies.length === 0) return compiled;
  const places = createPlaces(text);
  const staticPolicies = Object.fromEntries(
    pieces.map((piece, index) => [String(index), piece.text]),
  );
  const answer = cedar.validate({ schema: cedarSchema, policies: { staticPolicies } });
  if (answer.type === "failure") {
    const problems = answer.errors.map(({ message }) => places.at(message, { start: 0 }));
    return { policies: [], problems };
  }
  const problems: PolicyProblem[] = [];
  const seen = new Set<string>();
  for (const severity of ["error", "warning"] as const) {
    const found = severity === "error" ? answer.validationErrors : answer.validationWarnings;
    for (const { policyId, error } of found) {
      const piece = pieces[Number(policyId)];
      const policy = policies[Number(policyId)]?.id;
      if (piece === undefined || policy === undefined) continue;
      const problem = places.ofEngine(error, piece, { policy, severity });
      // One mistake is found once for each kind of thing that the policy may be about.
      const key = `${severity} ${problem.line}:${problem.column}`;
      if (seen.has(key)) continue;
      seen.add(key);
      problems.push(problem);
    }
  }
  const isRefused = problems.some(({ severity }) => severity === "error");
  return { policies: isRefused ? [] : policies, problems };
}

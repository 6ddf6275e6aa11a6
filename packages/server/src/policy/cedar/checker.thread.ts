/**
 * The thread that answers questions about policies, one after another.
 *
 * Trust: the text is a tenant's. Each question has an engine of its own, so that nothing of one is
 * left for the next; what throws ends the thread.
 */
import { parentPort } from "node:worker_threads";
import type { CheckerAnswer, CheckerBegun, CheckerQuestion, Verdicts } from "./checker.ts";
import { type CompiledPolicy, compilePolicies } from "./compile.ts";
import { type Cedar, openCedar } from "./engine.ts";
import type { PolicyFacts } from "./facts.ts";
import { sampleFacts } from "./sample-facts.ts";
import { createPolicySets } from "./sets.ts";
import { validatePolicies } from "./validate.ts";

function answer(question: CheckerQuestion): CheckerAnswer {
  const cedar = openCedar();
  if (question.kind === "judge") {
    const groups = question.texts.map((text) => compilePolicies(cedar, text).policies);
    return { kind: "judged", verdicts: judge(cedar, groups, question.facts) };
  }
  const { policies, problems } = validatePolicies(cedar, question.text);
  // What overruns the engine when it decides must do so here: so every condition is asked once.
  judge(cedar, [policies], sampleFacts(policies));
  return {
    kind: "checked",
    checked: {
      problems,
      policies: policies.map(({ id, reason, line, actions, context }) => ({
        ...{ id, reason, line },
        ...{ actions: [...actions], context: [...context] },
      })),
    },
  };
}

/** As a decision names it. */
const notEvaluated = "not-evaluated";

function judge(
  cedar: Cedar,
  groups: readonly (readonly CompiledPolicy[])[],
  facts: readonly PolicyFacts[],
): Verdicts {
  const sets = createPolicySets({
    openCedar: () => cedar,
    onTrap(error) {
      throw error;
    },
  });
  return groups.map((policies) => {
    const group = sets.createGroup(policies);
    return facts.map((each) => {
      const { forbidding, failing, failure } = sets.judge(group, each);
      return (
        forbidding[0]?.id ?? failing[0]?.policy.id ?? (failure === undefined ? null : notEvaluated)
      );
    });
  });
}

const port = parentPort;
if (port === null) throw new TypeError("The policies' thread was started as a program.");
port.on("message", (question: CheckerQuestion) => {
  port.postMessage({ kind: "begun", question: question.kind } satisfies CheckerBegun);
  port.postMessage(answer(question));
});

/** Deciding without a whole Berth: for the command line and for measurements. */
export { openCedar } from "./cedar/engine.ts";
export { type DecisionSources, decide } from "./decide.ts";
export { checkPolicyText, testPolicyText } from "./files.ts";
export { createForbids, type PolicyForbids } from "./forbids.ts";
export type { PolicyQuestion } from "./ports.ts";
export { createSums } from "./traffic-sums.ts";

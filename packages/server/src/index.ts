export { createBerth } from "./compose/create-berth.ts";
export type { Berth, BerthOptions } from "./compose/options.ts";
export type { StepMoment } from "./jobs/run.ts";

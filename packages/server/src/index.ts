export { createBerth } from "./compose/create-berth.ts";
export type { Berth, BerthOptions, HandOver } from "./compose/options.ts";
export type { StepMoment } from "./jobs/run.ts";

export { createBerth } from "./compose/create-berth.ts";
export type { Berth, BerthOptions, HandOver } from "./compose/options.ts";
export {
  type RotatedMasterKey,
  type RotateMasterKeyOptions,
  rotateMasterKey,
} from "./compose/rotate-master-key.ts";
export type { StepMoment } from "./jobs/run.ts";

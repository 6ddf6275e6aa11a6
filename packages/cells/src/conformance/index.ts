export { driverTrials } from "./driver-trials.ts";
export type { DriverSubject, DriverTrial } from "./trial.ts";

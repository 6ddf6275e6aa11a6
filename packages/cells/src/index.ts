export type {
  CellCall,
  CellLogEntry,
  CellRequest,
  CellResponse,
  CellSink,
  CellUpgrade,
  EgressCall,
  EntryKind,
  EntryResult,
  GivenUpSignal,
  HeaderPairs,
  HookContext,
  HookResult,
  LoadReport,
} from "./calls.ts";
export type { Cell, CellDriver, CellExit, Exchange, LoadDescription } from "./driver.ts";
export type { User } from "./jail/cell-folder.ts";
export type { RunningJailer } from "./jail/remote-jailer.ts";
export { type StartJailerOptions, startJailer } from "./jail/start-jailer.ts";
export type { JsonValue } from "./json.ts";
export { createLimitError, findMetLimit, formatLimitLine, type MetLimit } from "./limit-error.ts";
export { openCellPool } from "./pool/open-cell-pool.ts";
export type {
  CellCounts,
  CellEvent,
  CellInfo,
  CellLossCause,
  CellPool,
  CellPoolBase,
  CellPoolOptions,
  CellTier,
  DrivenPoolOptions,
  IsolateUsage,
  JailedPoolOptions,
  Quarantined,
} from "./pool/pool.ts";
export type { CellClock, CellLogger } from "./ports.ts";
export type {
  HostFinding,
  HostReport,
  LimitEnforcer,
  Posture,
  PostureLine,
} from "./posture/posture.ts";
export { probeHost } from "./posture/probe-host.ts";
export { provePosture } from "./posture/prove-posture.ts";
export type { CellLimits, IsolateModule, IsolateSpec } from "./spec.ts";
export {
  allowedCompatibilityFlags,
  defaultCellLimits,
  engineCompatibilityDate,
  oldestCompatibilityDate,
} from "./spec.ts";
export { type BareCell, openBareCell } from "./workerd/bare-cell.ts";
export { removeCellLeftovers } from "./workerd/remove-leftovers.ts";

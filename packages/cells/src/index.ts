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
  HeaderPairs,
  HookContext,
  HookResult,
  LoadReport,
} from "./calls.ts";
export type { JsonValue } from "./json.ts";
export { createLimitError, findMetLimit, formatLimitLine, type MetLimit } from "./limit-error.ts";
export { openCellPool } from "./pool/open-cell-pool.ts";
export type {
  CellEvent,
  CellInfo,
  CellLossCause,
  CellPool,
  CellPoolOptions,
  IsolateUsage,
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

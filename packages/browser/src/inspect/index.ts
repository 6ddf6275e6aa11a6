export {
  type AppInspection,
  type CallEntry,
  type ChangeEntry,
  type DenialEntry,
  defaultInspectionBounds,
  type Excess,
  type GrantFigures,
  type InspectionBounds,
  type InspectionList,
  type LogEntry,
  type MessageEntry,
  type MutationEntry,
  type Problem,
  type Rates,
  type SampleEntry,
  type Totals,
} from "./entries.ts";
export {
  type InspectedApp,
  type Inspection,
  type InspectionOptions,
  openInspection,
} from "./inspection.ts";
export { type AppListener, type CallEnd, observeApp } from "./observe-app.ts";

export { BerthError, isBerthError } from "@berth/protocol/errors";
export type { DeliveredEvent, ScheduledMoment } from "@berth/protocol/invocation";
export { type BerthContext, berthOf, type Log, type Member } from "./context.ts";
export {
  type AppDefinition,
  defineApp,
  type ScheduledController,
  type WorkersModule,
} from "./define-app.ts";
export type { State, StateEntry, StateListOptions, StatePage } from "./state.ts";

export { BerthError, type ErrorCode, isBerthError } from "@berth/protocol/errors";
export type { State, StateEntry, StateListOptions, StatePage } from "../server/state.ts";
export { defineView, type ViewDefinition, type ViewRoot } from "./define-view.ts";
export type { ViewStorage, ViewStorageArea, ViewStorageUsage } from "./storage.ts";
export type { View, ViewLogger } from "./view.ts";
export type { ViewFetchInit } from "./view-fetch.ts";

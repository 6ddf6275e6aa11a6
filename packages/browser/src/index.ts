export { type Clock, systemClock } from "./clock.ts";
export type { AllowPermissive, FallbackCandidate } from "./federated/allow-permissive.ts";
export type { RetryPolicy } from "./federated/fetch-bytes.ts";
export type { KeptRelease, RemoteStore } from "./federated/last-good.ts";
export type { Fallback } from "./federated/release-keeper.ts";
export type { SharedOffer, SharedOffers } from "./federated/shared-dependencies.ts";
export type { DisplayMode, HtmlHost, ModelContext } from "./html/html-host.ts";
export type { ViewSurface } from "./html/html-surface.ts";
export type { EngineUsage } from "./metered/read-beat.ts";
export type { Capability, PermittedWork } from "./permissions/capability.ts";
export {
  type AccessAttempt,
  type AccessSubject,
  PermissionManager,
  type PermissionManagerOptions,
} from "./permissions/permission-manager.ts";
export type { PermissionMemory } from "./permissions/permission-memory.ts";
export type {
  AskPermission,
  PermissionRequest,
  PromptOptions,
} from "./permissions/permission-requests.ts";
export type { APIDialect, DialectRequest } from "./proxy/api-dialect.ts";
export { APIProxy, type APIProxyOptions, type TokenSource } from "./proxy/api-proxy.ts";
export { type APIProxyConfig, defaultAPIProxyConfig } from "./proxy/api-proxy-config.ts";
export type { BatchedAnswer, BatchedRead, BatchFormat } from "./proxy/batch.ts";
export type { EndpointFigures } from "./proxy/endpoint-figures.ts";
export type { Growth } from "./resources/growth-watch.ts";
export {
  defaultLimitStepTimes,
  type LimitStep,
  type LimitStepTimes,
  limitSteps,
} from "./resources/limit-ladder.ts";
export type {
  Reading,
  ReadingName,
  ReadingUnit,
  ResourceReadings,
} from "./resources/reading.ts";
export {
  type ResourceCounter,
  type ResourceGauges,
  ResourceMonitor,
  type ResourceUsage,
} from "./resources/resource-monitor.ts";
export { type ShareClaim, shareOut } from "./resources/share-out.ts";
export type { Forecast } from "./resources/trend.ts";
export type { UsageMinute } from "./resources/usage-history.ts";
export type { LimitReport, UsageReport } from "./resources/usage-report.ts";
export type { AppHandle } from "./runtime/app-instance.ts";
export { AppRuntimeManager } from "./runtime/app-runtime-manager.ts";
export type {
  AppApi,
  AppSource,
  BundleSource,
  LocalCapabilities,
} from "./runtime/app-source.ts";
export type {
  AppObserver,
  AppTap,
  MessageDirection,
  OnServed,
  ServedBy,
} from "./runtime/app-tap.ts";
export type { AppRuntimeConfig, HostContext, PageBudget } from "./runtime/config.ts";
export type {
  LimitEvent,
  MessageEventBody,
  RuntimeEvents,
  StatusEvent,
} from "./runtime/events.ts";
export { type FromViewSessionOptions, fromViewSession } from "./runtime/from-view-session.ts";
export type { PermissionHost } from "./runtime/open-permissions.ts";
export { type SourceOfManifestOptions, sourceOfManifest } from "./runtime/source-of-manifest.ts";
export { createMemoryViewStateStore, type ViewStateStore } from "./runtime/view-state-store.ts";
export { AppWorker, type AppWorkerOptions, type ViewPace } from "./sandbox/app-worker.ts";
export type { FrameSource } from "./sandbox/frame.ts";
export type { HostHandlers } from "./sandbox/host-api.ts";
export type { DeliveryPace } from "./sandbox/pacer.ts";
export type { WarmFrames } from "./sandbox/warm-frames.ts";
export {
  type AppStorage,
  type BrowserStorage,
  type BrowserStorageOptions,
  createBrowserStorage,
  type OpenAppStorageOptions,
} from "./storage/browser-storage.ts";
export type { StorageKey } from "./storage/key-ring.ts";
export type {
  StorageArea,
  StorageEntry,
  StorageListOptions,
  StoragePage,
  StorageUsage,
} from "./storage/storage-area.ts";
export type { StorageChange } from "./storage/storage-channel.ts";
export type {
  CommentNode,
  ElementNode,
  RootNode,
  TextNode,
  ViewNode,
} from "./view-tree/nodes.ts";
export { rootId } from "./view-tree/nodes.ts";
export { ViewTree } from "./view-tree/view-tree.ts";
export { appWorkerSource, composeWorkerSource } from "./worker/compose-source.ts";

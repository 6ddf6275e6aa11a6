export {
  type CatalogChangeDetails,
  type CatalogComponent,
  type CatalogDetailOf,
  type CatalogEventDetails,
  type CatalogEventName,
  type CatalogHandlers,
  type CatalogName,
  type CatalogProps,
  catalog,
  elementNameOf,
  type FileChange,
  type FormValues,
  findCatalogName,
} from "./catalog/components.ts";
export { findImageSize, type ImageSize } from "./catalog/image-source.ts";
export { findTextPattern, type TextPattern } from "./catalog/text-pattern.ts";
export {
  type CeilingName,
  type Ceilings,
  type EffectiveLimit,
  explainLimits,
  parseCeilings,
} from "./ceilings.ts";
export {
  BerthError,
  type BerthErrorOptions,
  type ErrorCode,
  type ErrorDefinition,
  type ErrorDetails,
  type ErrorFault,
  errorTable,
  isBerthError,
  isErrorCode,
  parseWireError,
  toWire,
  type WireError,
} from "./errors.ts";
export {
  type HtmlDomains,
  type HtmlFrameDocumentOptions,
  type HtmlInnerDocumentOptions,
  type HtmlPolicyOptions,
  hasDeclaredShadowRoot,
  htmlConnectionAllowlist,
  htmlContentSecurityPolicy,
  htmlFrameDocument,
  htmlInnerDocument,
} from "./html-frame.ts";
export {
  type AppName,
  createId,
  type Digest,
  type InstallationId,
  idPrefixes,
  isSlug,
  type OrganizationId,
  parseAppName,
  parseDigest,
  parseInstallationId,
  parseOrganizationId,
  parseReleaseId,
  parseRunId,
  type ReleaseId,
  type RunId,
} from "./ids.ts";
export { type AppEvent, type AppState, appStates, nextAppState } from "./lifecycle/app-runtime.ts";
export {
  type InstallStep,
  installSteps,
  type RunState,
  runStates,
  type StepState,
  stepStates,
  type UninstallStep,
  uninstallSteps,
} from "./lifecycle/install-steps.ts";
export {
  type InstallationEvent,
  type InstallationState,
  installationStates,
  isServing,
  nextInstallationState,
} from "./lifecycle/installation.ts";
export {
  clampFunctionLimits,
  defaultEngineLimits,
  defaultFunctionLimits,
  defaultResourceLimits,
  defaultViewLimits,
  type EngineLimits,
  type FunctionLimits,
  functionLimitNames,
  functionLimits,
  maxEngineLimits,
  maxFunctionLimits,
  maxResourceLimits,
  type ResourceLimits,
  signInLinkSeconds,
  sourceMapLimits,
  stateLimits,
  type ViewLimits,
  viewStorageLimits,
  viewTokenSeconds,
} from "./limits.ts";
export { permissionsAsked } from "./manifest/asks.ts";
export { findLevelMismatch } from "./manifest/level-mismatch.ts";
export {
  type ManifestProblem,
  type ManifestReading,
  manifestJsonSchema,
  parseManifest,
  readManifest,
} from "./manifest/parse.ts";
export {
  type AppManifest,
  type ParsedManifest,
  type Placement,
  platformVersion,
} from "./manifest/schema.ts";
export { isAddressRange, isInAddressRange } from "./permissions/address-range.ts";
export {
  areConditionsWithin,
  conditionsKey,
  findWiderConditions,
  isPermissionCovered,
  isPermissionWithin,
  isScopeWithin,
} from "./permissions/compare.ts";
export {
  type AccessFacts,
  type ConditionedGrant,
  type ConditionName,
  type DataClass,
  dataClasses,
  findRefusal,
  type GrantConditions,
  type GrantScope,
  grantConditionsSchema,
  parseGrantConditions,
} from "./permissions/conditions.ts";
export {
  diffPermissions,
  needsConsent,
  type PermissionChange,
  type PermissionChangeKind,
} from "./permissions/diff.ts";
export {
  type AccessRequest,
  actionOfMethod,
  type Decision,
  evaluate,
  type Grant,
  grantedBy,
  matchesResource,
  normalizeResourcePath,
} from "./permissions/evaluate.ts";
export {
  actionsByType,
  isResourcePattern,
  type Permission,
  type PermissionAction,
  type PermissionType,
  permissionKey,
  permissionTypes,
} from "./permissions/grammar.ts";
export { actAsMember, type UiResource, uiResources } from "./permissions/ui-resources.ts";
export {
  defaultPlacementPolicy,
  isPlacementKind,
  type PlacementKind,
  type PlacementPolicy,
  placementKinds,
  placementMeanings,
} from "./placement.ts";
export { isPlainLine } from "./plain-text.ts";
export {
  type CapabilityRequest,
  type DeliveredEvent,
  type EntryInputs,
  type HookName,
  hookNames,
  hooksKey,
  type InvocationProps,
  type ScheduledMoment,
} from "./wire/invocation.ts";
export {
  type JsonRpcId,
  jsonRpcCodes,
  jsonRpcSchema,
  type McpContentBlock,
  mcpAppsVersion,
  mcpCancelledSchema,
  mcpDisplayModeSchema,
  mcpInitializeSchema,
  mcpLogSchema,
  mcpMessageSchema,
  mcpModelContextSchema,
  mcpOpenLinkSchema,
  mcpResourceReadSchema,
  mcpSizeSchema,
  mcpToolCallSchema,
} from "./wire/mcp-apps.ts";
export {
  type McpTool,
  type McpToolPage,
  type McpUiPage,
  mcpAppMediaType,
  parseMcpToolPage,
  parseMcpUiPage,
} from "./wire/mcp-server.ts";
export {
  type RemoteContext,
  type RemoteFile,
  type RemoteList,
  type RemoteModule,
  type RemoteMounted,
  remoteBounds,
  remoteListSchema,
  remoteWords,
  type SharedDependency,
} from "./wire/remote.ts";
export { firstRoute, isViewRoute, maxRouteLength, type ViewNavigation } from "./wire/route.ts";
export {
  type BootMessage,
  type HostApi,
  type LogicApi,
  type PermissionAnswer,
  type PermissionAsk,
  permissionAskSchema,
  type ViewApi,
  type ViewCall,
  type ViewContext,
  type ViewErrorReport,
  type ViewFetch,
  type ViewFetchAnswer,
  type ViewLog,
  type ViewRuntime,
  viewCallSchema,
  viewErrorSchema,
  viewFetchSchema,
  viewLogSchema,
  viewRuntimeKey,
} from "./wire/view.ts";

export type { EmbedKeyView, EmbedPublicKey, EmbedSessionView } from "./embedding.ts";
export { embedRoles, embedSessionSeconds, embedTokenMaxSeconds } from "./embedding.ts";
export type {
  ApiKeyView,
  PostureView,
  SessionView,
} from "./identity.ts";
export type {
  GrantView,
  InstallationDetail,
  InstallationView,
  LogEntryView,
  PermissionView,
  RunView,
  StepView,
  UsageView,
  ViewSessionView,
} from "./installations.ts";
export type {
  AppView,
  FindingView,
  KeyView,
  PublisherView,
  ReleaseDetail,
  ReleaseView,
} from "./registry.ts";
export type {
  RouteAccess,
  RouteArguments,
  RouteDefinition,
  RouteInput,
  RouteMethod,
  RouteOutput,
} from "./route.ts";
export { type ApiRouteName, type ApiRoutes, apiPrefix, apiRoutes } from "./routes.ts";

export type { AppManifest } from "@berth/protocol";
export { type CatalogMessages, defaultMessages } from "./catalog/catalog-context.tsx";
export { type ThemeTokens, themeTokens } from "./catalog/theme-tokens.ts";
export { PermissionPrompt, type PermissionPromptProps } from "./permissions/PermissionPrompt.tsx";
export {
  createPermissionPrompts,
  type PermissionPrompts,
} from "./permissions/permission-prompts.ts";
export type { PromptMessages } from "./permissions/prompt-messages.ts";
export { createHistoryRoutes, type HistoryRoutesOptions } from "./routes/history-routes.ts";
export type { RouteAdapter } from "./routes/route-adapter.ts";
export type { AppSummary, RuntimeState } from "./runtime/runtime-store.ts";
export {
  type AppRuntime,
  type UseAppRuntimeOptions,
  useAppRuntime,
} from "./runtime/use-app-runtime.ts";
export { AppView, type AppViewProps } from "./view/AppView.tsx";

export { type CatalogMessages, defaultMessages } from "./catalog/catalog-context.tsx";
export type { AppSummary, RuntimeState } from "./runtime/runtime-store.ts";
export {
  type AppRuntime,
  type UseAppRuntimeOptions,
  useAppRuntime,
} from "./runtime/use-app-runtime.ts";
export { AppView, type AppViewProps } from "./view/AppView.tsx";

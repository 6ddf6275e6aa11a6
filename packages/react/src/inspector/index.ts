export { AppInspector, type AppInspectorProps } from "./AppInspector.tsx";
export type { InspectorMessages, InspectorTab } from "./words/inspector-messages.ts";

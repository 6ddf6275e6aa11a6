/** What "Copy as JSON" copies: what the tab shows, and whose it is. */
import type { AppInspection } from "@berth/browser/inspect";
import type { InspectorTab } from "./words/inspector-messages.ts";

export function contentOf(app: AppInspection, tab: InspectorTab): unknown {
  const { instance, at } = app;
  const whose = { app: app.app, instance, at: new Date(at).toISOString() };
  switch (tab) {
    case "overview": {
      const { state, problem, usage, report, rates, totals, changes, samples } = app;
      return { ...whose, state, problem, usage, report, rates, totals, changes, samples };
    }
    case "messages":
      return { ...whose, messages: app.messages };
    case "drawing":
      return { ...whose, mutations: app.mutations };
    case "calls":
      return { ...whose, calls: app.calls, endpoints: app.endpoints };
    case "permissions":
      return { ...whose, grants: app.grants };
    case "denials":
      return { ...whose, denials: app.denials };
    case "logs":
      return { ...whose, logs: app.logs };
  }
}

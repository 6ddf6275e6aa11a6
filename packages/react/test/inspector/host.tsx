/** A product's page with three running apps, one of which floods, and the inspector beside them. */
import { type AppSource, sourceOfManifest } from "@berth/browser";
import { AppView, useAppRuntime } from "@berth/react";
import { AppInspector } from "@berth/react/inspector";
import "@berth/react/styles.css";
import "@berth/react/inspector.css";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const query = new URLSearchParams(location.search);
const theme = query.get("theme") === "dark" ? "dark" : "light";

const common = { version: "1.2.0", description: "An app under the inspector's eye" };
const sources: Readonly<Record<string, AppSource>> = {
  flood: {
    ...sourceOfManifest({ ...common, id: "flood", name: "Flood", entryPoint: "flood.js" }),
    grants: [
      {
        id: "orders",
        type: "api",
        resource: "/api/orders",
        actions: ["read"],
        conditions: { rate: { maxCalls: 5_000, windowMs: 60_000 } },
      },
      { id: "extra", type: "data", resource: "notes/*", actions: ["read", "write"] },
    ],
  },
  page: sourceOfManifest({
    ...common,
    id: "page",
    name: "Page",
    entryPoint: "page.html",
    security: { sandboxLevel: "moderate" },
    ui: { mode: "html" },
  }),
  quiet: sourceOfManifest({ ...common, id: "quiet", name: "Quiet", entryPoint: "quiet.js" }),
};

function Product() {
  const runtime = useAppRuntime({
    config: {
      apiProxyConfig: { baseURL: location.origin },
      defaultResourceLimits: { apiCalls: 6_000, network: 6_000 },
      viewLimits: { maxSustainedMessagesPerSecond: 20 },
      // Warned soon, and not slowed as long as a test lasts.
      limitStepTimes: { checkMs: 200, stepUpMs: 600_000 },
    },
  });
  const [isOpen, setOpen] = useState(true);
  const { manager, loadApp, startApp } = runtime;
  useEffect(() => {
    for (const [instance, source] of Object.entries(sources)) {
      if (manager.get(instance) !== undefined) continue;
      loadApp(instance, source)
        .then(() => startApp(instance))
        .catch(reportError);
    }
  }, [manager, loadApp, startApp]);
  return (
    <main style={{ colorScheme: theme, background: theme === "dark" ? "#111215" : "#fff" }}>
      <h1 className="berth-hidden">Product</h1>
      <AppView runtime={runtime} instance="quiet" theme={theme} />
      {isOpen ? (
        <AppInspector runtime={runtime} theme={theme} onClose={() => setOpen(false)} />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          Inspect
        </button>
      )}
    </main>
  );
}

const place = document.getElementById("root");
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <Product />
    </StrictMode>,
  );

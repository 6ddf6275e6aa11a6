/** A product's page: the hook as the README shows it, and the view beside its state. */
import { AppView, useAppRuntime } from "@berth/react";
import "@berth/react/styles.css";
import { StrictMode, useEffect, useState } from "react";
import { createRoot, type Root } from "react-dom/client";

const query = new URLSearchParams(location.search);
const manifest = {
  id: "tasks",
  name: "Tasks",
  version: "1.0.0",
  description: "A list of tasks",
  entryPoint: query.get("entry") ?? "tasks.js",
  ...(query.get("entry")?.endsWith(".html")
    ? { security: { sandboxLevel: "moderate" as const }, ui: { mode: "html" as const } }
    : {}),
};

function Product() {
  const runtime = useAppRuntime({ config: { maxConcurrentApps: 5, theme: "light" } });
  const [path, setPath] = useState("none");
  const { loadApp, startApp, manager } = runtime;
  useEffect(() => {
    if (manager.get("my-app") !== undefined) return;
    loadApp("my-app", manifest)
      .then(() => startApp("my-app"))
      // AppView shows what went wrong.
      .catch(() => {});
  }, [manager, loadApp, startApp]);
  return (
    <>
      <output>{`${runtime.state.runningApps} of ${runtime.state.totalApps}, at ${path}`}</output>
      <button type="button" onClick={() => manager.setContext({ theme: "dark" })}>
        Dark
      </button>
      <AppView runtime={runtime} instance="my-app" onNavigate={setPath} />
    </>
  );
}

let root: Root | undefined;
const place = document.getElementById("root");
if (place !== null) {
  root = createRoot(place);
  root.render(
    <StrictMode>
      <Product />
    </StrictMode>,
  );
}
Object.assign(globalThis, { unmount: () => root?.unmount() });

/** A product's page with three places: two pages and a panel, all given the one router. */
import { AppView, type AppViewProps, createHistoryRoutes, useAppRuntime } from "@berth/react";
import "@berth/react/styles.css";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const instances = (new URLSearchParams(location.search).get("show") ?? "main").split(",");
const router = createHistoryRoutes({ prefix: "/apps/places" });
type Environment = Pick<
  AppViewProps,
  "theme" | "density" | "locale" | "direction" | "timeZone" | "tokens"
>;

function Product() {
  const runtime = useAppRuntime({
    config: { locale: "en", timeZone: "UTC", theme: "light" },
    resolveSource: () => ({ bundle: { url: "/places.js" } }),
  });
  const [environment, setEnvironment] = useState<Environment>({});
  const { loadApp, startApp, manager } = runtime;
  useEffect(() => {
    Object.assign(globalThis, { setEnvironment, manager });
    for (const instance of instances) {
      if (manager.get(instance) !== undefined) continue;
      const kind = instance === "side" ? ("panel" as const) : ("page" as const);
      const manifest = {
        id: "places",
        name: "Places",
        version: "1.0.0",
        description: "Where it is",
        entryPoint: "places.js",
        ui: { placements: [{ kind, title: "Places" }] },
      };
      loadApp(instance, manifest)
        .then(() => startApp(instance))
        // AppView shows what went wrong.
        .catch(() => {});
    }
  }, [manager, loadApp, startApp]);
  return instances.map((instance) => (
    <section key={instance} aria-label={instance}>
      <AppView runtime={runtime} instance={instance} router={router} {...environment} />
    </section>
  ));
}

const place = document.getElementById("root");
if (place !== null) createRoot(place).render(<Product />);

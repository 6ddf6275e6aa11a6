/** The script of a product's page: its user's apps, by the client, the runtime and React. */
import { fromViewSession } from "@berth/browser";
import { createEmbeddedClient } from "@berth/client";
import { AppView, useAppRuntime } from "@berth/react";
import { createElement, useEffect } from "react";
import { createRoot } from "react-dom/client";

const baseUrl = document.documentElement.dataset.berth ?? "";
const berth = createEmbeddedClient({
  baseUrl,
  fetchToken: async () => (await fetch("/berth-token")).text(),
});

function Product() {
  const runtime = useAppRuntime();
  const { loadApp, startApp } = runtime;
  useEffect(() => {
    async function open() {
      const { person, organization } = await berth.session();
      document.title = `${person.name} of ${organization.slug}`;
      const of = { organization: organization.slug };
      const { installations } = await berth.call("listInstallations", { params: of });
      const params = { ...of, installation: installations[0]?.id ?? "" };
      const renew = () => berth.call("openView", { params, body: {} });
      await loadApp("greeter", fromViewSession(await renew(), { renew }));
      await startApp("greeter");
    }
    open().catch((error: unknown) => {
      document.title = `failed: ${String(error)}`;
    });
  }, [loadApp, startApp]);
  return createElement(AppView, { runtime, instance: "greeter" });
}

const place = document.createElement("div");
document.body.append(place);
createRoot(place).render(createElement(Product));

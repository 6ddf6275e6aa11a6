/** The console's entry: makes its parts once and draws the tree. */
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@berth/react/styles.css";
import "./app/global.css";
import { createClient } from "@berth/client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config } from "zod/mini";
import { App } from "./app/App.tsx";
import { createTranslator } from "./app/i18n.ts";
import { createQueryClient } from "./app/query-client.ts";
import { createConsoleRouter } from "./app/router.tsx";

// The page forbids eval; without this the schemas would try it once and be reported.
config({ jitless: true });

const place = document.getElementById("root");
if (!place) throw new Error("index.html has no #root.");

const parts = {
  api: createClient({ baseUrl: "" }),
  queryClient: createQueryClient(),
  router: createConsoleRouter(),
  translator: await createTranslator(),
};

createRoot(place).render(
  <StrictMode>
    <App {...parts} />
  </StrictMode>,
);

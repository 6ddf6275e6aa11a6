/** The entry of the page that `berth dev` serves. Like the command line, it speaks English. */
import "@mantine/core/styles.layer.css";
import "@berth/react/styles.css";
import "../app/global.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { config } from "zod/mini";
import { colorSchemeManager } from "../app/color-scheme.ts";
import { createTranslator } from "../app/i18n.ts";
import { cssVariablesResolver, theme } from "../app/theme.ts";
import { DevHost } from "./DevHost.tsx";

// The page forbids eval; without this the schemas would try it once and be reported.
config({ jitless: true });

const place = document.getElementById("root");
if (!place) throw new Error("dev.html has no #root.");

const translator = await createTranslator();
await translator.changeLanguage("en");

createRoot(place).render(
  <StrictMode>
    <I18nextProvider i18n={translator}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
      >
        <DevHost />
      </MantineProvider>
    </I18nextProvider>
  </StrictMode>,
);

import type { BerthClient } from "@berth/client";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { i18n } from "i18next";
import { I18nextProvider } from "react-i18next";
import { ApiContext } from "../features/api/ApiContext.ts";
import { StepUpGate } from "../features/security/StepUpGate.tsx";
import { colorSchemeManager } from "./color-scheme.ts";
import type { ConsoleRouter } from "./router.tsx";
import { cssVariablesResolver, theme } from "./theme.ts";

export interface AppProps {
  readonly api: BerthClient;
  readonly queryClient: QueryClient;
  readonly router: ConsoleRouter;
  readonly translator: i18n;
}

export function App({ api, queryClient, router, translator }: AppProps) {
  return (
    <I18nextProvider i18n={translator}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
      >
        <Notifications position="bottom-right" limit={4} />
        <ApiContext value={api}>
          <QueryClientProvider client={queryClient}>
            <StepUpGate>
              <RouterProvider router={router} />
            </StepUpGate>
          </QueryClientProvider>
        </ApiContext>
      </MantineProvider>
    </I18nextProvider>
  );
}

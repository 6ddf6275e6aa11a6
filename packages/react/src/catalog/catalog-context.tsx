/** What the components need of their surroundings: language, time zone, words, whose view it is. */
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { directionOf, knownLocale } from "./locale.ts";
import { type CatalogMessages, defaultMessages, messagesOf } from "./messages.ts";
import { ToastRegion } from "./overlays/ToastRegion.tsx";
import { ToastContext } from "./overlays/toast-context.ts";
import { createToastStore } from "./overlays/toast-store.ts";
import { styleOfTokens, type ThemeTokens } from "./theme-tokens.ts";

export type { CatalogMessages };
export { defaultMessages };

export interface CatalogSurroundings {
  readonly locale: string;
  readonly timeZone: string | undefined;
  readonly messages: CatalogMessages;
  /** The app's name, shown where its content covers the page. */
  readonly appName: string | undefined;
}

const Surroundings = createContext<CatalogSurroundings>({
  locale: "en",
  timeZone: undefined,
  messages: defaultMessages,
  appName: undefined,
});

export interface CatalogProviderProps {
  /** BCP 47; `en` when absent or unknown. */
  readonly locale?: string | undefined;
  /** IANA name; the browser's when absent or unknown. */
  readonly timeZone?: string | undefined;
  /** Those left out are the locale's, or English. */
  readonly messages?: Partial<CatalogMessages> | undefined;
  readonly appName?: string | undefined;
  /** `auto`, the default, follows the reader's system. */
  readonly theme?: "light" | "dark" | "auto" | undefined;
  readonly density?: "comfortable" | "compact" | undefined;
  /** The locale's own when absent. */
  readonly direction?: "ltr" | "rtl" | undefined;
  /** The product's own values of theme tokens. */
  readonly tokens?: ThemeTokens | undefined;
  readonly children: ReactNode;
}

/** The element that carries the tokens; every catalog component stands somewhere below one. */
export function CatalogProvider(props: CatalogProviderProps): ReactNode {
  const { messages, appName, theme = "auto", density = "comfortable" } = props;
  const locale = knownLocale(props.locale);
  const timeZone = knownTimeZone(props.timeZone);
  const value = useMemo(
    () => ({ locale, timeZone, messages: { ...messagesOf(locale), ...messages }, appName }),
    [locale, timeZone, messages, appName],
  );
  const [toasts] = useState(createToastStore);
  return (
    <Surroundings.Provider value={value}>
      <div
        className="berth-root"
        data-berth-theme={theme}
        data-berth-density={density}
        dir={props.direction ?? directionOf(locale)}
        lang={locale}
        style={styleOfTokens(props.tokens)}
      >
        <ToastContext.Provider value={toasts}>{props.children}</ToastContext.Provider>
        <ToastRegion store={toasts} messages={value.messages} appName={appName} />
      </div>
    </Surroundings.Provider>
  );
}

export function useSurroundings(): CatalogSurroundings {
  return useContext(Surroundings);
}

function knownTimeZone(timeZone: string | undefined): string | undefined {
  try {
    return timeZone && new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    // An unknown zone would make every formatter below throw; the browser's own stands in.
    return undefined;
  }
}

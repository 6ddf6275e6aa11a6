/**
 * What a view's place in the page is like: theme, density, tokens, language, direction, time zone.
 * Drawn and told to the view alike, so that what the app writes fits what the page draws.
 */
import type { AppRuntimeManager, HostContext } from "@berth/browser";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { directionOf, knownLocale } from "../catalog/locale.ts";
import type { ThemeTokens } from "../catalog/theme-tokens.ts";

/** Each left out is the manager's (`config`, `setContext`), and then the reader's system's. */
export interface Environment {
  /** `auto`, the default, follows the reader's system. */
  readonly theme?: "light" | "dark" | "auto";
  readonly density?: "comfortable" | "compact";
  /** BCP 47. */
  readonly locale?: string;
  /** IANA name. */
  readonly timeZone?: string;
  /** Default: the locale's own. */
  readonly direction?: "ltr" | "rtl";
  /** The product's own values of theme tokens. */
  readonly tokens?: ThemeTokens;
}

export interface DrawnEnvironment extends Omit<HostContext, "theme" | "timeZone"> {
  readonly theme: "light" | "dark" | "auto";
  readonly timeZone: string | undefined;
}

export function useEnvironment(
  manager: AppRuntimeManager,
  instance: string,
  given: Environment,
): DrawnEnvironment {
  const subscribe = useCallback(
    (listener: () => void) => manager.on("context", listener),
    [manager],
  );
  const page = useCallback(() => manager.context, [manager]);
  const host = useSyncExternalStore(subscribe, page, page);
  const isDark = useSyncExternalStore(watchScheme, isSystemDark, isNever);
  const language = useSyncExternalStore(watchLanguage, systemLanguage, noLanguage);

  const theme = given.theme ?? host.theme ?? "auto";
  const locale = knownLocale(given.locale ?? host.locale ?? language);
  const density = given.density ?? host.density ?? "comfortable";
  const timeZone = given.timeZone ?? host.timeZone;
  const direction = given.direction ?? host.direction ?? directionOf(locale);
  const tokens = useStable(given.tokens ?? host.tokens ?? none);
  const scheme = theme === "auto" ? (isDark ? "dark" : "light") : theme;
  useEffect(() => {
    const zone = timeZone === undefined ? {} : { timeZone };
    manager.setContext({ theme: scheme, density, locale, direction, tokens, ...zone }, instance);
  }, [manager, instance, scheme, density, locale, direction, tokens, timeZone]);
  useEffect(() => () => manager.setContext({}, instance), [manager, instance]);
  return { theme, density, locale, timeZone, direction, tokens };
}

const none: ThemeTokens = Object.freeze({});

/** The same object while its content is: a host writes its tokens into the JSX, anew each time. */
function useStable(tokens: ThemeTokens): ThemeTokens {
  const text = JSON.stringify(tokens);
  return useMemo(() => JSON.parse(text) as ThemeTokens, [text]);
}

const darkQuery = "(prefers-color-scheme: dark)";

function watchScheme(listener: () => void): () => void {
  const query = matchMedia(darkQuery);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
const isSystemDark = (): boolean => matchMedia(darkQuery).matches;
const isNever = (): boolean => false;

function watchLanguage(listener: () => void): () => void {
  addEventListener("languagechange", listener);
  return () => removeEventListener("languagechange", listener);
}
const systemLanguage = (): string | undefined => navigator.language;
const noLanguage = (): undefined => undefined;

/** Holds which apps are open in tabs, and the runtime that their views run in. */
import { AppRuntimeManager } from "@berth/browser";
import { useComputedColorScheme } from "@mantine/core";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { RunningAppsContext } from "./RunningAppsContext.ts";

export function RunningAppsProvider({ children }: { readonly children: ReactNode }) {
  const [tabs, setTabs] = useState<readonly string[]>([]);
  const [manager] = useState(() => new AppRuntimeManager());
  const theme = useComputedColorScheme("light");
  const locale = useTranslation().i18n.language;

  useEffect(() => manager.setContext({ theme, locale }), [manager, theme, locale]);
  useEffect(() => {
    return () => void manager.close();
  }, [manager]);

  const open = useCallback((installation: string) => {
    setTabs((before) => (before.includes(installation) ? before : [...before, installation]));
  }, []);
  const close = useCallback((installation: string) => {
    setTabs((before) => before.filter((each) => each !== installation));
  }, []);
  const running = useMemo(() => ({ tabs, open, close, manager }), [tabs, open, close, manager]);
  return <RunningAppsContext value={running}>{children}</RunningAppsContext>;
}

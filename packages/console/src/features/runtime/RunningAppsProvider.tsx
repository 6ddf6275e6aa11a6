/** Holds which apps are open in tabs, and the runtime that their views run in. */
import { AppRuntimeManager, createBrowserStorage } from "@berth/browser";
import { useComputedColorScheme } from "@mantine/core";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignedIn } from "../session/use-signed-in.ts";
import { RunningAppsContext } from "./RunningAppsContext.ts";

export function RunningAppsProvider({ children }: { readonly children: ReactNode }) {
  const [tabs, setTabs] = useState<readonly string[]>([]);
  const { session, organization } = useSignedIn();
  // What one person's apps keep in this browser, in one organization, is not found by another's.
  const [storage] = useState(() =>
    createBrowserStorage({ owner: JSON.stringify([session.person.id, organization?.slug ?? ""]) }),
  );
  const [manager] = useState(() => new AppRuntimeManager({ storage }));
  const theme = useComputedColorScheme("light");
  const locale = useTranslation().i18n.language;

  useEffect(() => manager.setContext({ theme, locale }), [manager, theme, locale]);
  useEffect(() => {
    return () => {
      void manager.close();
      storage.close();
    };
  }, [manager, storage]);

  const open = useCallback((installation: string) => {
    setTabs((before) => (before.includes(installation) ? before : [...before, installation]));
  }, []);
  const close = useCallback((installation: string) => {
    setTabs((before) => before.filter((each) => each !== installation));
  }, []);
  const running = useMemo(() => ({ tabs, open, close, manager }), [tabs, open, close, manager]);
  return <RunningAppsContext value={running}>{children}</RunningAppsContext>;
}

/**
 * Running apps in tabs. Stands in the shell, not in a page: going elsewhere in the console hides
 * the apps and leaves them running; closing a tab ends its app.
 */
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { AppPicker } from "./AppPicker.tsx";
import { RunningView } from "./RunningView.tsx";
import { RunTabs } from "./RunTabs.tsx";
import { RunTitle } from "./RunTitle.tsx";
import classes from "./RunWorkspace.module.css";

export function RunWorkspace({ isShown }: { readonly isShown: boolean }) {
  const { organization } = useSignedIn();
  return organization ? <Workspace isShown={isShown} /> : null;
}

function Workspace({ isShown }: { readonly isShown: boolean }) {
  const { t } = useTranslation();
  const { tabs } = useRunningApps();
  const { installation: active } = useParams({ strict: false });
  const [inspected, setInspected] = useState<string>();
  return (
    <div className={classes.root} hidden={!isShown}>
      {isShown && <RunTitle installation={active} />}
      {tabs.length > 0 && (
        <RunTabs
          active={isShown ? active : undefined}
          isInspected={inspected !== undefined && inspected === active}
          onInspect={(isWanted) => setInspected(isWanted ? active : undefined)}
        />
      )}
      {tabs.map((installation) => (
        <div key={installation} className={classes.panel} hidden={installation !== active}>
          <RunningView
            installation={installation}
            isShown={isShown && installation === active}
            isInspected={inspected === installation && installation === active && isShown}
            onInspected={() => setInspected(undefined)}
          />
        </div>
      ))}
      {isShown && active === undefined && (
        <div className={classes.picker}>
          <h1 className={tabs.length > 0 ? classes.title : "visually-hidden"}>
            {t("running.title")}
          </h1>
          <AppPicker />
        </div>
      )}
    </div>
  );
}

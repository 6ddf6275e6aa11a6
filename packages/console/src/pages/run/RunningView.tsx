import { AppView } from "@berth/react";
import { Alert, Button, Group, Text, useComputedColorScheme } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { useRunRoutes } from "../../features/runtime/use-run-routes.ts";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import {
  type RunningView as RunningViewState,
  useRunningView,
} from "../../features/runtime/use-running-view.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { InspectorPane } from "./InspectorPane.tsx";
import classes from "./RunWorkspace.module.css";

export interface RunningViewProps {
  readonly installation: string;
  /** Of all tabs the one in front. */
  readonly isShown: boolean;
  readonly isInspected: boolean;
  readonly onInspected: () => void;
}

/** One app in its tab, and beside it what it does, when somebody looks. */
export function RunningView(props: RunningViewProps) {
  const { installation, isShown, isInspected, onInspected } = props;
  const view = useRunningView(installation);
  return (
    <div className={classes.beside}>
      <ViewOrWords installation={installation} isShown={isShown} view={view} />
      {isInspected && <InspectorPane instance={view.handle?.instance} onClose={onInspected} />}
    </div>
  );
}

interface ViewOrWordsProps extends Pick<RunningViewProps, "installation" | "isShown"> {
  readonly view: RunningViewState;
}

/** The view, or in words what is the matter with it. */
function ViewOrWords({ installation, isShown, view }: ViewOrWordsProps) {
  const { t, i18n } = useTranslation();
  const { manager } = useRunningApps();
  const scheme = useComputedColorScheme("light");
  const { data } = useInstallations();
  const router = useRunRoutes(installation);
  const instance = view.handle?.instance;
  useEffect(() => {
    if (isShown && instance !== undefined) manager.setForeground(instance);
  }, [manager, isShown, instance]);
  const title = data?.find((each) => each.id === installation)?.title ?? "";

  switch (view.state) {
    case "refused":
    case "failed":
      return (
        <div className={classes.view}>
          <ErrorAlert error={view.error}>
            <Button variant="default" onClick={view.restart}>
              {t("running.restart")}
            </Button>
            <RouterButton
              variant="default"
              to="/installations/$installation"
              params={{ installation }}
              search={{ part: "logs" }}
            >
              {t("running.logs")}
            </RouterButton>
          </ErrorAlert>
        </div>
      );
    case "stopped":
      return (
        <div className={classes.view}>
          <Alert color="gray" title={t("running.ended")}>
            <Text mb="sm">{t("running.endedBody")}</Text>
            <Button onClick={view.restart}>{t("running.restart")}</Button>
          </Alert>
        </div>
      );
    case "opening":
    case "loaded":
    case "starting":
      return (
        <div className={classes.view}>
          <p className="visually-hidden" role="status">
            {t("running.opening", { app: title })}
          </p>
          <LoadingRows count={3} height={72} />
        </div>
      );
    case "running":
    case "paused":
    case "suspended":
      return (
        <div className={classes.view}>
          {view.state === "suspended" && (
            <Alert color="amber" role="alert" mb="md">
              <Group justify="space-between">
                <Text c="var(--mantine-color-text)">{t("running.suspended")}</Text>
                <Button variant="default" onClick={view.resume}>
                  {t("running.resume")}
                </Button>
              </Group>
            </Alert>
          )}
          {view.handle && (
            <AppView
              runtime={{ manager }}
              instance={view.handle.instance}
              theme={scheme}
              locale={i18n.language}
              router={router}
            />
          )}
        </div>
      );
  }
}

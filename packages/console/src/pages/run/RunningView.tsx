import { AppView } from "@berth/react";
import { Alert, Button, Group, Text, useComputedColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import { useRunningView } from "../../features/runtime/use-running-view.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import classes from "./RunWorkspace.module.css";

/** One app in its tab: its view, or in words what is the matter with it. */
export function RunningView({ installation }: { readonly installation: string }) {
  const { t, i18n } = useTranslation();
  const { manager } = useRunningApps();
  const view = useRunningView(installation);
  const scheme = useComputedColorScheme("light");
  const { data } = useInstallations();
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
            />
          )}
        </div>
      );
  }
}

import { Alert, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { RunPanel } from "../../features/runs/RunPanel.tsx";
import { useRun } from "../../features/runs/use-run.ts";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";

export function UninstallProgress({ run }: { readonly run: string }) {
  const { t } = useTranslation();
  const { installation } = useParams({ from: "/shell/installations/$installation" });
  const following = useRun(run);
  return (
    <>
      <PageHeader
        title={t("uninstall.title")}
        back={{ to: "/installed", label: t("nav.installed") }}
      />
      <RunPanel
        following={following}
        title={t("uninstall.progress")}
        done={
          <Alert
            color="green"
            role="status"
            title={t("uninstall.done")}
            styles={{ title: { color: "var(--mantine-color-text)" } }}
          >
            <Text c="var(--mantine-color-text)" mb="sm">
              {t("uninstall.doneBody")}
            </Text>
            <RouterButton to="/installed" variant="default">
              {t("nav.installed")}
            </RouterButton>
          </Alert>
        }
        undone={
          <RouterButton
            variant="default"
            to="/installations/$installation"
            params={{ installation }}
            search={{}}
          >
            {t("app.manage")}
          </RouterButton>
        }
      />
    </>
  );
}

import { Alert, Button, Group, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { RunPanel } from "../../features/runs/RunPanel.tsx";
import { useRun } from "../../features/runs/use-run.ts";
import { RouterButton } from "../../ui/RouterAnchor.tsx";

export function InstallProgress({ run, app }: { readonly run: string; readonly app: string }) {
  const { t } = useTranslation();
  const params = useParams({ from: "/shell/apps/$publisher/$name/install" });
  const navigate = useNavigate();
  const following = useRun(run);
  const again = () =>
    void navigate({ to: "/apps/$publisher/$name/install", params, search: {}, replace: true });
  return (
    <RunPanel
      following={following}
      title={t("install.progress")}
      done={<InstallDone app={app} installation={following.run?.installation} />}
      undone={
        <Button variant="default" onClick={again}>
          {t("install.again")}
        </Button>
      }
    />
  );
}

function InstallDone({
  app,
  installation,
}: {
  readonly app: string;
  readonly installation: string | undefined;
}) {
  const { t } = useTranslation();
  const { data } = useInstallations();
  const installed = data?.find((each) => each.id === installation);
  if (installation === undefined) return null;
  return (
    <Alert
      color="green"
      role="status"
      icon={<IconCircleCheck size={18} aria-hidden />}
      title={t("install.done", { app: installed?.title ?? app })}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text c="var(--mantine-color-text)">{t("install.doneBody")}</Text>
      <Group gap="xs" mt="sm">
        {installed?.hasView !== false && (
          <RouterButton size="sm" to="/run/$installation" params={{ installation }}>
            {t("actions.open")}
          </RouterButton>
        )}
        <RouterButton
          size="sm"
          variant="default"
          to="/installations/$installation"
          params={{ installation }}
        >
          {t("app.manage")}
        </RouterButton>
      </Group>
    </Alert>
  );
}

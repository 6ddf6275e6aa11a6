import type { InstallationDetail } from "@berth/protocol/api";
import { ActionIcon, Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import { useMay } from "../../features/session/use-may.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { SuspendDialog } from "./SuspendDialog.tsx";
import { useResume } from "./use-resume.ts";
import { useUninstall } from "./use-uninstall.ts";

/** What may be done to the installation in its present state. */
export function InstallationActions({
  installation,
}: {
  readonly installation: InstallationDetail;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const running = useRunningApps();
  const mayUse = useMay("apps.use");
  const mayOperate = useMay("apps.operate");
  const mayRemove = useMay("apps.install");
  const [isSuspending, suspend] = useDisclosure(false);
  const [isUninstalling, uninstallDialog] = useDisclosure(false);
  const resume = useResume(installation);
  const uninstall = useUninstall(installation.id);
  const { state } = installation;
  const params = { installation: installation.id };
  const canUninstall = state !== "uninstalling" && state !== "installing";
  const remove = () =>
    uninstall.mutate(undefined, {
      onSuccess: ({ run }) => {
        running.close(installation.id);
        return navigate({ to: "/installations/$installation", params, search: { run } });
      },
    });

  return (
    <>
      {mayOperate && (state === "suspended" || state === "failed") && (
        <Button
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          loading={resume.isPending}
          onClick={() => resume.mutate()}
        >
          {t("installation.resume")}
        </Button>
      )}
      {mayUse && installation.hasView && state === "running" && (
        <RouterButton to="/run/$installation" params={params}>
          {t("actions.open")}
        </RouterButton>
      )}
      {(mayOperate || mayRemove) && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <ActionIcon variant="default" aria-label={t("installation.more")}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayOperate && (state === "running" || state === "loading") && (
              <Menu.Item
                leftSection={<IconPlayerPause size={15} aria-hidden />}
                onClick={suspend.open}
              >
                {t("installation.suspend")}
              </Menu.Item>
            )}
            {mayRemove && (
              <Menu.Item
                color="var(--mantine-color-error)"
                disabled={!canUninstall}
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={uninstallDialog.open}
              >
                {t("installation.uninstall")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <SuspendDialog installation={installation} isOpen={isSuspending} onClose={suspend.close} />
      <ConfirmDialog
        isOpen={isUninstalling}
        title={t("installation.uninstallTitle", { app: installation.title })}
        typed={installation.title}
        confirmLabel={t("installation.uninstall")}
        isBusy={uninstall.isPending}
        onConfirm={remove}
        onClose={uninstallDialog.close}
      >
        {t("installation.uninstallBody")}
      </ConfirmDialog>
    </>
  );
}

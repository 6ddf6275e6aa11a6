import { ActionIcon, Button, CloseButton, Tooltip } from "@mantine/core";
import { IconActivity, IconPlus } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import { useTabAddresses } from "../../features/runtime/use-tab-addresses.ts";
import { AppGlyph } from "../../ui/AppGlyph.tsx";
import classes from "./RunWorkspace.module.css";

export interface RunTabsProps {
  readonly active: string | undefined;
  /** Whether what the active app does is shown beside it. */
  readonly isInspected: boolean;
  readonly onInspect: (isWanted: boolean) => void;
}

/** The open apps: each tab has an address of its own, so it is a link. */
export function RunTabs({ active, isInspected, onInspect }: RunTabsProps) {
  const { t } = useTranslation();
  const { tabs, close } = useRunningApps();
  const { data } = useInstallations();
  const navigate = useNavigate();
  const addresses = useTabAddresses(active);

  const end = (installation: string) => {
    const at = tabs.indexOf(installation);
    const neighbour = tabs[at + 1] ?? tabs[at - 1];
    close(installation);
    if (installation !== active) return;
    if (neighbour === undefined) void navigate({ to: "/run" });
    else void navigate({ to: "/run/$installation", params: { installation: neighbour } });
  };

  return (
    <nav aria-label={t("running.tabs")} className={classes.tabs}>
      <ul className={classes.list}>
        {tabs.map((installation) => {
          const found = data?.find((each) => each.id === installation);
          const title = found?.title ?? installation;
          return (
            <li key={installation} className={classes.tab} data-active={installation === active}>
              <Link
                to="/run/$installation/$"
                {...(addresses.get(installation) ?? { params: { installation, _splat: "" } })}
                className={classes.link}
              >
                <AppGlyph app={found?.app ?? installation} title={title} size={18} />
                <span>{title}</span>
              </Link>
              <CloseButton
                size="xs"
                className={classes.close}
                aria-label={t("running.close", { app: title })}
                onClick={() => end(installation)}
              />
            </li>
          );
        })}
      </ul>
      <Tooltip label={t("running.add")}>
        <ActionIcon
          size={24}
          className={classes.add}
          aria-label={t("running.add")}
          onClick={() => void navigate({ to: "/run" })}
        >
          <IconPlus size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {active !== undefined && (
        <Button
          variant={isInspected ? "light" : "subtle"}
          color={isInspected ? "tide" : "gray"}
          size="compact-xs"
          className={classes.inspect}
          leftSection={<IconActivity size={14} aria-hidden />}
          aria-pressed={isInspected}
          onClick={() => onInspect(!isInspected)}
        >
          {t("running.inspect")}
        </Button>
      )}
    </nav>
  );
}

import type { InstallationView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { InstallationStateDot } from "../../features/installations/InstallationStateDot.tsx";
import { useMay } from "../../features/session/use-may.ts";
import { Ago } from "../../ui/Ago.tsx";
import { AppGlyph } from "../../ui/AppGlyph.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import classes from "./InstalledPage.module.css";

export function InstalledRow({ installation }: { readonly installation: InstallationView }) {
  const { t } = useTranslation();
  const params = { installation: installation.id };
  const mayUse = useMay("apps.use");
  return (
    <li className={classes.row}>
      <AppGlyph app={installation.app} title={installation.title} />
      <div>
        <Link to="/installations/$installation" params={params} className={classes.link}>
          {installation.title}
        </Link>
        <Text size="xs" c="dimmed" truncate>
          {installation.app} · {installation.version}
        </Text>
      </div>
      <div className={classes.state}>
        <InstallationStateDot state={installation.state} />
      </div>
      <Text size="xs" c="dimmed" className={classes.updated}>
        <Ago at={installation.updatedAt} />
      </Text>
      <div className={classes.action}>
        {mayUse && installation.hasView && installation.state === "running" && (
          <RouterButton
            variant="default"
            to="/run/$installation"
            params={params}
            aria-label={t("installed.open", { app: installation.title })}
          >
            {t("actions.open")}
          </RouterButton>
        )}
      </div>
    </li>
  );
}

import { Text } from "@mantine/core";
import { IconAppWindow } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { AppGlyph } from "../../ui/AppGlyph.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import classes from "./RunWorkspace.module.css";

/** The apps that can be opened now. */
export function AppPicker() {
  const { t } = useTranslation();
  const installations = useInstallations();
  return (
    <QueryView query={installations}>
      {(all) => {
        const open = all.filter(({ hasView, state }) => hasView && state === "running");
        if (open.length === 0) {
          return (
            <EmptyState
              icon={<IconAppWindow size={20} />}
              title={t("running.none")}
              action={<RouterButton to="/">{t("installed.browse")}</RouterButton>}
            >
              {t("running.nothing")}
            </EmptyState>
          );
        }
        return (
          <>
            <Text c="dimmed" mb="sm">
              {t("running.noneBody")}
            </Text>
            <ul className={classes.choices}>
              {open.map(({ id, app, title }) => (
                <li key={id}>
                  <Link
                    to="/run/$installation"
                    params={{ installation: id }}
                    className={classes.choice}
                  >
                    <AppGlyph app={app} title={title} size={28} />
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </>
        );
      }}
    </QueryView>
  );
}

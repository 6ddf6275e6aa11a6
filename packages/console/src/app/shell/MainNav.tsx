import { Badge } from "@mantine/core";
import {
  IconAppWindow,
  IconBuildingStore,
  IconPackage,
  IconSettings,
  IconShieldCheck,
  IconUpload,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import classes from "./MainNav.module.css";

const pages = [
  { to: "/", word: "nav.marketplace", icon: IconBuildingStore, isExact: true },
  { to: "/installed", word: "nav.installed", icon: IconPackage, isExact: false },
  { to: "/run", word: "nav.running", icon: IconAppWindow, isExact: false },
  { to: "/publisher", word: "nav.publisher", icon: IconUpload, isExact: false },
  { to: "/posture", word: "nav.posture", icon: IconShieldCheck, isExact: false },
  { to: "/settings", word: "nav.settings", icon: IconSettings, isExact: false },
] as const;

export function MainNav({ onNavigate }: { readonly onNavigate?: () => void }) {
  const { t } = useTranslation();
  const { tabs } = useRunningApps();
  return (
    <nav aria-label={t("nav.label")} className={classes.root}>
      {pages.map(({ to, word, icon: Icon, isExact }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: isExact, includeSearch: false }}
          className={classes.link}
          {...(onNavigate ? { onClick: onNavigate } : {})}
        >
          <Icon size={17} stroke={1.7} aria-hidden />
          <span>{t(word)}</span>
          {to === "/run" && tabs.length > 0 && (
            <Badge size="sm" ml="auto">
              <span aria-hidden>{tabs.length}</span>
              <span className="visually-hidden">{t("nav.open", { count: tabs.length })}</span>
            </Badge>
          )}
        </Link>
      ))}
    </nav>
  );
}

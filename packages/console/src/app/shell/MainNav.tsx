import type { OperatorPermission, OrganizationPermission } from "@berth/protocol/api";
import { Badge } from "@mantine/core";
import {
  IconAppWindow,
  IconBuildingStore,
  IconGavel,
  IconKey,
  IconListSearch,
  IconLogin2,
  IconPackage,
  IconServer2,
  IconSettings,
  IconShieldCheck,
  IconUpload,
  IconUsers,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAuditScope } from "../../features/audit/use-audit-scope.ts";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import type { en } from "../../i18n/en/index.ts";
import classes from "./MainNav.module.css";

interface Page {
  readonly to:
    | ("/" | "/installed" | "/permissions" | "/run" | "/members")
    | ("/publisher" | "/policies" | "/posture" | "/audit" | "/sign-on" | "/host" | "/settings");
  readonly word:
    | "signOn.nav"
    | `nav.${Exclude<keyof (typeof en)["nav"], `open_${string}` | "label">}`;
  readonly icon: typeof IconPackage;
  readonly isExact: boolean;
  /** Of an organization or of the host; shown to everybody without. */
  readonly needs?: OrganizationPermission | OperatorPermission;
}

const pages: readonly Page[] = [
  { to: "/", word: "nav.marketplace", icon: IconBuildingStore, isExact: true },
  {
    to: "/installed",
    word: "nav.installed",
    icon: IconPackage,
    isExact: false,
    needs: "apps.read",
  },
  {
    to: "/permissions",
    word: "nav.permissions",
    icon: IconKey,
    isExact: false,
    needs: "apps.read",
  },
  { to: "/run", word: "nav.running", icon: IconAppWindow, isExact: false, needs: "apps.use" },
  {
    to: "/members",
    word: "nav.members",
    icon: IconUsers,
    isExact: false,
    needs: "organization.read",
  },
  { to: "/publisher", word: "nav.publisher", icon: IconUpload, isExact: false },
  {
    to: "/policies",
    word: "nav.policies",
    icon: IconGavel,
    isExact: false,
    needs: "policies.read",
  },
  { to: "/posture", word: "nav.posture", icon: IconShieldCheck, isExact: false },
  { to: "/audit", word: "nav.audit", icon: IconListSearch, isExact: false },
  { to: "/host", word: "nav.host", icon: IconServer2, isExact: false, needs: "host.read" },
  {
    to: "/sign-on",
    word: "signOn.nav",
    icon: IconLogin2,
    isExact: false,
    needs: "sign-in.manage",
  },
  { to: "/settings", word: "nav.settings", icon: IconSettings, isExact: false },
];

export function MainNav({ onNavigate }: { readonly onNavigate?: () => void }) {
  const { t } = useTranslation();
  const { tabs } = useRunningApps();
  const hasAudit = useAuditScope(undefined).organization !== undefined;
  const { session, organization } = useSignedIn();
  const held: readonly string[] = [
    ...session.operatorPermissions,
    ...(organization?.permissions ?? []),
  ];
  // The server decides; what would be refused is not offered.
  const shown = pages.filter(
    ({ to, needs }) =>
      (needs === undefined || held.includes(needs)) && (to !== "/audit" || hasAudit),
  );
  return (
    <nav aria-label={t("nav.label")} className={classes.root}>
      {shown.map(({ to, word, icon: Icon, isExact }) => (
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

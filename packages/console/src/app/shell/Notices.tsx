import { IconAlertOctagon, IconWifiOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePosture } from "../../features/posture/use-posture.ts";
import classes from "./Notices.module.css";
import { useIsOnline } from "./use-is-online.ts";

/** What must be seen on every page: that nothing is jailed here, and that nothing can be saved. */
export function Notices() {
  const { t } = useTranslation();
  const posture = usePosture();
  const isOnline = useIsOnline();
  return (
    <div className={classes.root}>
      {posture.data?.level === "unsafe" && (
        <div role="alert" className={classes.unsafe}>
          <IconAlertOctagon size={17} aria-hidden />
          <span>
            {t("shell.unsafe")} <Link to="/posture">{t("shell.unsafeWhy")}</Link>
          </span>
        </div>
      )}
      <div role="status">
        {!isOnline && (
          <div className={classes.offline}>
            <IconWifiOff size={17} aria-hidden />
            <span>{t("shell.offline")}</span>
          </div>
        )}
      </div>
    </div>
  );
}

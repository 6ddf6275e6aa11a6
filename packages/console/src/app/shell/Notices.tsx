import { IconAlertOctagon, IconShieldLock, IconWifiOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePosture } from "../../features/posture/use-posture.ts";
import { StepUpDialog } from "../../features/security/StepUpDialog.tsx";
import { useSecondFactor } from "../../features/security/use-second-factor.ts";
import { useStepUp } from "../../features/security/use-step-up.ts";
import classes from "./Notices.module.css";
import { useIsOnline } from "./use-is-online.ts";

/** What must be seen on every page: that nothing is jailed here, that something is owed, that nothing can be saved. */
export function Notices() {
  const { t } = useTranslation();
  const posture = usePosture();
  const isOnline = useIsOnline();
  const factor = useSecondFactor();
  const stepUp = useStepUp();
  const cache = useQueryClient();
  const isSetUp = factor.data !== undefined && (factor.data.isOn || factor.data.hasPasskey);
  const prove = async () => {
    // What was refused until now is asked for again.
    if (await stepUp.ask("second-factor")) await cache.invalidateQueries();
  };
  const owesFactor = factor.data?.isRequired === true && factor.data.provedAt === null;
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
      {owesFactor && (
        <div role="alert" className={classes.unsafe}>
          <IconShieldLock size={17} aria-hidden />
          <span>
            {t("security.owed")}{" "}
            {isSetUp ? (
              <button type="button" className={classes.act} onClick={() => void prove()}>
                {t("security.proveNow")}
              </button>
            ) : (
              <Link to="/security">{t("security.title")}</Link>
            )}
          </span>
        </div>
      )}
      <StepUpDialog stepUp={stepUp} />
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

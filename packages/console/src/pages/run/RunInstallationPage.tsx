import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";

/** Opens a tab for the installation in the address; RunWorkspace draws it. */
export function RunInstallationPage() {
  const { installation } = useParams({ strict: false });
  const { open } = useRunningApps();
  useEffect(() => {
    if (installation !== undefined) open(installation);
  }, [installation, open]);
  return null;
}

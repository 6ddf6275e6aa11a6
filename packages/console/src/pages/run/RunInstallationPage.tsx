import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";

/** Opens a tab for the installation in the address; RunWorkspace draws it. */
export function RunInstallationPage() {
  const { installation } = useParams({ from: "/shell/run/$installation" });
  const { open } = useRunningApps();
  useEffect(() => open(installation), [installation, open]);
  return null;
}

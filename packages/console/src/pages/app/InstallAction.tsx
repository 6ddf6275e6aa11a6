import { Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AppDetail } from "../../features/apps/use-app.ts";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { RouterButton } from "../../ui/RouterAnchor.tsx";

/** Install it, or go to where it is installed already. */
export function InstallAction({ app }: { readonly app: AppDetail }) {
  const { organization } = useSignedIn();
  const maySee = useMay("apps.read");
  return organization && maySee ? <InstallChoice app={app} /> : null;
}

function InstallChoice({ app }: { readonly app: AppDetail }) {
  const { t } = useTranslation();
  const params = useParams({ from: "/shell/apps/$publisher/$name" });
  const mayInstall = useMay("apps.install");
  const mayUse = useMay("apps.use");
  const { data, isPending } = useInstallations();
  const installed = data?.find((each) => each.app === app.app);
  if (isPending) return null;
  if (installed) {
    return (
      <>
        <RouterButton
          variant="default"
          to="/installations/$installation"
          params={{ installation: installed.id }}
        >
          {t("app.manage")}
        </RouterButton>
        {mayUse && installed.hasView && installed.state === "running" && (
          <RouterButton to="/run/$installation" params={{ installation: installed.id }}>
            {t("actions.open")}
          </RouterButton>
        )}
      </>
    );
  }
  if (!mayInstall) return <Text c="dimmed">{t("app.askAdmin")}</Text>;
  return (
    <RouterButton to="/apps/$publisher/$name/install" params={params} size="sm">
      {t("app.install")}
    </RouterButton>
  );
}

import type { InstallationDetail } from "@berth/protocol/api";
import { Tabs } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { InstallationStateDot } from "../../features/installations/InstallationStateDot.tsx";
import { useInstallation } from "../../features/installations/use-installation.ts";
import { LogPanel } from "../../features/logs/LogPanel.tsx";
import { useMay } from "../../features/session/use-may.ts";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { InstallationActions } from "./InstallationActions.tsx";
import { NewerReleaseNotice } from "./NewerRelease.tsx";
import { OverviewPart } from "./OverviewPart.tsx";
import { PermissionsPart } from "./PermissionsPart.tsx";
import { SettingsPart } from "./SettingsPart.tsx";
import { StateReason } from "./StateReason.tsx";
import { UninstallProgress } from "./UninstallProgress.tsx";

/** One installation: what it is, what it uses, what it says, and what can be done to it. */
export function InstallationPage() {
  const { installation } = useParams({ from: "/shell/installations/$installation" });
  const { run } = useSearch({ from: "/shell/installations/$installation" });
  return (
    <PageBody>
      {run === undefined ? (
        <Installed key={installation} id={installation} />
      ) : (
        <UninstallProgress key={run} run={run} />
      )}
    </PageBody>
  );
}

function Installed({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const query = useInstallation(id);
  return (
    <QueryView query={query} pageTitle={t("facts.installation")}>
      {(found) => <InstalledContent installation={found} />}
    </QueryView>
  );
}

function InstalledContent({ installation }: { readonly installation: InstallationDetail }) {
  const { t } = useTranslation();
  const { part = "overview" } = useSearch({ from: "/shell/installations/$installation" });
  const navigate = useNavigate();
  const mayReadLogs = useMay("logs.read");
  const mayConfigure = useMay("apps.configure");
  const params = { installation: installation.id };
  const show = (next: string | null) =>
    void navigate({
      to: "/installations/$installation",
      params,
      search: next === null || next === "overview" ? {} : { part: next },
      replace: true,
    });
  return (
    <>
      <PageHeader
        title={installation.title}
        badge={<InstallationStateDot state={installation.state} />}
        subtitle={`${installation.app} · ${installation.version}`}
        back={{ to: "/installed", label: t("nav.installed") }}
        actions={<InstallationActions installation={installation} />}
      />
      <StateReason installation={installation} />
      {part !== "permissions" && <NewerReleaseNotice installation={installation} />}
      <Tabs value={part} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">{t("installation.overview")}</Tabs.Tab>
          <Tabs.Tab value="permissions">{t("grants.tab")}</Tabs.Tab>
          {mayReadLogs && <Tabs.Tab value="logs">{t("installation.logs")}</Tabs.Tab>}
          {mayConfigure && <Tabs.Tab value="settings">{t("installation.settings")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <OverviewPart installation={installation} />
        </Tabs.Panel>
        <Tabs.Panel value="permissions">
          <PermissionsPart installation={installation} />
        </Tabs.Panel>
        {mayReadLogs && (
          <Tabs.Panel value="logs">
            <LogPanel installation={installation.id} />
          </Tabs.Panel>
        )}
        {mayConfigure && (
          <Tabs.Panel value="settings">
            <SettingsPart installation={installation} />
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  );
}

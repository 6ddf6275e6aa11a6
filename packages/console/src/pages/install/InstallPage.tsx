import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useApp } from "../../features/apps/use-app.ts";
import { useRelease } from "../../features/apps/use-release.ts";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { InstallForm } from "./InstallForm.tsx";
import { InstallProgress } from "./InstallProgress.tsx";

/**
 * Consent and configuration, then the install itself. The run stands in the address, so that a
 * page that is closed half-way finds it again.
 */
export function InstallPage() {
  const { t } = useTranslation();
  const params = useParams({ from: "/shell/apps/$publisher/$name/install" });
  const { run } = useSearch({ from: "/shell/apps/$publisher/$name/install" });
  const app = useApp(params);
  const release = useRelease(params, "latest");
  const title = app.data?.title ?? params.name;
  return (
    <PageBody width="narrow">
      <PageHeader
        title={t("install.title", { app: title })}
        subtitle={release.data && t("app.version", { version: release.data.version })}
        back={{ to: "/apps/$publisher/$name", params, label: title }}
      />
      {run === undefined ? (
        <QueryView query={release}>
          {(latest) => <InstallForm key={latest.digest} release={latest} />}
        </QueryView>
      ) : (
        <InstallProgress key={run} run={run} app={`${params.publisher}/${params.name}`} />
      )}
    </PageBody>
  );
}

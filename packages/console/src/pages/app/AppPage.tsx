import { Grid, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type AppDetail, useApp } from "../../features/apps/use-app.ts";
import { useRelease } from "../../features/apps/use-release.ts";
import { Markdown } from "../../features/markdown/Markdown.tsx";
import { PermissionList } from "../../features/permissions/PermissionList.tsx";
import { AppGlyph } from "../../ui/AppGlyph.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { InstallAction } from "./InstallAction.tsx";
import { ReleaseFacts } from "./ReleaseFacts.tsx";
import { ReleaseLimits } from "./ReleaseLimits.tsx";
import { ReleaseList } from "./ReleaseList.tsx";

/** One app: what it does, what it asks for, who signs it, and what limits it. */
export function AppPage() {
  const params = useParams({ from: "/shell/apps/$publisher/$name" });
  const app = useApp(params);
  return (
    <PageBody>
      <QueryView query={app} pageTitle={params.name}>
        {(detail) => <AppContent app={detail} />}
      </QueryView>
    </PageBody>
  );
}

function AppContent({ app }: { readonly app: AppDetail }) {
  const { t } = useTranslation();
  const params = useParams({ from: "/shell/apps/$publisher/$name" });
  const release = useRelease(params, app.latestVersion);
  return (
    <>
      <PageHeader
        title={app.title}
        badge={<AppGlyph app={app.app} title={app.title} size={26} />}
        subtitle={t("app.by", { publisher: app.publisher.displayName, app: app.app })}
        back={{ to: "/", label: t("nav.marketplace") }}
        actions={<InstallAction app={app} />}
      />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            <Section title={t("app.about")}>
              <Stack gap="md">
                <Text fz="md">{app.description}</Text>
                {app.readme && <Markdown source={app.readme} />}
              </Stack>
            </Section>
            <QueryView query={release}>
              {(latest) => (
                <Section
                  title={t("app.asks")}
                  description={t("app.asksHint")}
                  isFlush={latest.permissions.length > 0}
                >
                  {latest.permissions.length === 0 ? (
                    <Text c="dimmed">{t("app.asksNothing")}</Text>
                  ) : (
                    <PermissionList permissions={latest.permissions} />
                  )}
                </Section>
              )}
            </QueryView>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <QueryView query={release}>
              {(latest) => (
                <>
                  <Section title={t("app.signed")}>
                    <ReleaseFacts app={app} release={latest} />
                  </Section>
                  <Section title={t("app.limits")}>
                    <ReleaseLimits release={latest} />
                  </Section>
                </>
              )}
            </QueryView>
            <Section title={t("app.releases")} isFlush>
              <ReleaseList releases={app.releases} />
            </Section>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

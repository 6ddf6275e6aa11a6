import type { InstallationDetail } from "@berth/protocol/api";
import { Grid, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { GrantList } from "../../features/permissions/GrantList.tsx";
import { UsagePanel } from "../../features/usage/UsagePanel.tsx";
import { useLimitFacts } from "../../features/usage/use-limit-facts.ts";
import { Ago } from "../../ui/Ago.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { Section } from "../../ui/Section.tsx";

export function OverviewPart({ installation }: { readonly installation: InstallationDetail }) {
  const { t } = useTranslation();
  const limits = useLimitFacts();
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Stack gap="md">
          <UsagePanel installation={installation} />
          <Section
            title={t("installation.grants")}
            description={t("installation.grantsHint")}
            isFlush={installation.grants.length > 0}
          >
            {installation.grants.length === 0 ? (
              <Text c="dimmed">{t("installation.noGrants")}</Text>
            ) : (
              <GrantList grants={installation.grants} />
            )}
          </Section>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack gap="md">
          <Section title={t("installation.release")}>
            <Facts
              facts={[
                { label: t("facts.app"), value: <Mono>{installation.app}</Mono> },
                { label: t("facts.version"), value: installation.version },
                {
                  label: t("facts.digest"),
                  value: <Copyable value={installation.digest} what={t("facts.digest")} />,
                },
                {
                  label: t("facts.installation"),
                  value: <Copyable value={installation.id} what={t("facts.installation")} />,
                },
                ...(installation.functionOrigin === null
                  ? []
                  : [
                      {
                        label: t("facts.functionOrigin"),
                        value: <Mono>{installation.functionOrigin}</Mono>,
                      },
                    ]),
                { label: t("facts.installed"), value: <Ago at={installation.installedAt} /> },
                { label: t("facts.changed"), value: <Ago at={installation.updatedAt} /> },
              ]}
            />
          </Section>
          <Section title={t("app.limits")}>
            <Facts facts={limits(installation.resources)} />
          </Section>
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Copyable({ value, what }: { readonly value: string; readonly what: string }) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Mono>{value}</Mono>
      <CopyButton value={value} what={what} />
    </Group>
  );
}

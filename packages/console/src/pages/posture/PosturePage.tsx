import type { PostureView } from "@berth/protocol/api";
import { Alert, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { usePosture } from "../../features/posture/use-posture.ts";
import { Ago } from "../../ui/Ago.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";
import { HostFindings } from "./HostFindings.tsx";
import { LimitTable } from "./LimitTable.tsx";

const tones: Readonly<Record<PostureView["level"], Tone>> = {
  full: "good",
  degraded: "warn",
  unsafe: "bad",
};

/** What isolates and limits apps on this host right now, and how that is known. */
export function PosturePage() {
  const { t } = useTranslation();
  const posture = usePosture();
  return (
    <PageBody>
      <PageHeader
        title={t("posture.title")}
        subtitle={t("posture.subtitle")}
        badge={
          posture.data && (
            <StateDot
              tone={tones[posture.data.level]}
              label={t(`posture.level.${posture.data.level}`)}
            />
          )
        }
      />
      <QueryView query={posture}>{(found) => <PostureContent posture={found} />}</QueryView>
    </PageBody>
  );
}

function PostureContent({ posture }: { readonly posture: PostureView }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Stack gap="md">
      <Alert
        color={{ full: "green", degraded: "amber", unsafe: "red" }[posture.level]}
        title={t(`posture.level.${posture.level}`)}
        styles={{ title: { color: "var(--mantine-color-text)" } }}
      >
        <Text c="var(--mantine-color-text)">{t(`posture.meaning.${posture.level}`)}</Text>
      </Alert>
      <Section title={t("posture.limits")} description={t("posture.limitsHint")} isFlush>
        <LimitTable limits={posture.limits} />
      </Section>
      <Section title={t("posture.host")} isFlush>
        <HostFindings findings={posture.host} />
      </Section>
      <Section title={t("posture.placement")}>
        <Facts
          facts={[
            {
              label: t("posture.everyPublisher"),
              value: t(`posture.placementKind.${posture.placement.default}`),
            },
            ...posture.placement.publishers.map(({ publisher, placement }) => ({
              label: publisher,
              value: t(`posture.placementKind.${placement}`),
            })),
          ]}
        />
      </Section>
      <Section title={t("posture.engine")}>
        <Facts
          facts={[
            {
              label: t("posture.engineName"),
              value: `${posture.engine.name} ${posture.engine.version}`,
            },
            {
              label: t("posture.engineAge"),
              value: t("posture.days", {
                count: Math.floor(posture.engine.ageDays),
                number: format.number(Math.floor(posture.engine.ageDays)),
              }),
            },
            {
              label: t("posture.proven"),
              value:
                posture.provenAt === null ? (
                  t("posture.neverProven")
                ) : (
                  <Ago at={posture.provenAt} />
                ),
            },
          ]}
        />
      </Section>
      {posture.notices.length > 0 && (
        <Section title={t("posture.notices")}>
          <List size="sm" spacing={6}>
            {posture.notices.map((notice) => (
              <List.Item key={notice}>{notice}</List.Item>
            ))}
          </List>
        </Section>
      )}
    </Stack>
  );
}

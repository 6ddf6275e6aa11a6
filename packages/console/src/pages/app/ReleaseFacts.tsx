import type { ReleaseDetail } from "@berth/protocol/api";
import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AppDetail } from "../../features/apps/use-app.ts";
import { useFormat } from "../../features/format/use-format.ts";
import { Ago } from "../../ui/Ago.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mono } from "../../ui/Mono.tsx";

/** Who signed the release, with which key, and what exactly was signed. */
export function ReleaseFacts({
  app,
  release,
}: {
  readonly app: AppDetail;
  readonly release: ReleaseDetail;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Facts
      facts={[
        { label: t("facts.publisher"), value: app.publisher.displayName },
        { label: t("facts.key"), value: release.signerLabel },
        { label: t("facts.keyId"), value: <Mono>{release.signedBy}</Mono> },
        {
          label: t("facts.digest"),
          value: (
            <Group gap={4} wrap="nowrap" align="flex-start">
              <Mono>{release.digest}</Mono>
              <CopyButton value={release.digest} what={t("facts.digest")} />
            </Group>
          ),
        },
        { label: t("facts.version"), value: release.version },
        { label: t("facts.size"), value: format.bytes(release.packageBytes) },
        { label: t("facts.published"), value: <Ago at={release.publishedAt} /> },
      ]}
    />
  );
}

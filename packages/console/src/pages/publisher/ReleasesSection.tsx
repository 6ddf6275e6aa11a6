import type { ReleaseView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePublisherReleases } from "../../features/publisher/use-publisher-releases.ts";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { ReleaseRow } from "./ReleaseRow.tsx";
import classes from "./ReleasesSection.module.css";

export function ReleasesSection({ publisher }: { readonly publisher: string }) {
  const { t } = useTranslation();
  const releases = usePublisherReleases(publisher);
  const hasRows = (releases.data?.length ?? 0) > 0;
  return (
    <Section title={t("releases.title")} description={t("releases.hint")} isFlush={hasRows}>
      <QueryView query={releases} loading={<LoadingRows count={3} />}>
        {(found: readonly ReleaseView[]) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("releases.empty")}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map((release) => (
                <ReleaseRow key={release.id} release={release} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

import type { ReleaseView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { Ago } from "../../ui/Ago.tsx";
import classes from "./ReleaseList.module.css";

export function ReleaseList({ releases }: { readonly releases: readonly ReleaseView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={classes.root}>
      {releases.map((release) => (
        <li key={release.id}>
          <Text fw={500}>{release.version}</Text>
          <Text c="dimmed" size="xs">
            {format.bytes(release.packageBytes)}
            {release.status === "yanked" && ` · ${t("releaseStatus.yanked")}`}
          </Text>
          <Text c="dimmed" size="xs" ml="auto">
            <Ago at={release.publishedAt} />
          </Text>
        </li>
      ))}
    </ul>
  );
}

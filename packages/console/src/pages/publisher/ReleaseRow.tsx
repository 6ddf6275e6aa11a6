import type { ReleaseView } from "@berth/protocol/api";
import { Button, Collapse, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { splitAppName } from "../../features/apps/split-app-name.ts";
import { useFormat } from "../../features/format/use-format.ts";
import { Ago } from "../../ui/Ago.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { RouterAnchor } from "../../ui/RouterAnchor.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";
import { FindingList } from "./FindingList.tsx";
import classes from "./ReleasesSection.module.css";

const tones: Readonly<Record<ReleaseView["status"], Tone>> = {
  published: "good",
  rejected: "bad",
  yanked: "warn",
};

/** One release, with what the checks found, on demand; for a rejected one, at once. */
export function ReleaseRow({ release }: { readonly release: ReleaseView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [isOpen, findings] = useDisclosure(release.status === "rejected");
  const name = `${release.app} ${release.version}`;
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        {release.status === "published" ? (
          <RouterAnchor to="/apps/$publisher/$name" params={splitAppName(release.app)} fw={500}>
            {name}
          </RouterAnchor>
        ) : (
          <Text fw={500}>{name}</Text>
        )}
        <StateDot tone={tones[release.status]} label={t(`releaseStatus.${release.status}`)} />
        {release.findings.length > 0 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            onClick={findings.toggle}
            aria-expanded={isOpen}
            aria-controls={id}
          >
            {t("releases.findings", { count: release.findings.length })}
          </Button>
        )}
        <Text size="xs" c="dimmed" ml="auto">
          {format.bytes(release.packageBytes)} · <Ago at={release.publishedAt} />
        </Text>
      </div>
      <Text size="xs" c="dimmed" component="div">
        <Mono isFaint>{`sha256:${release.digest.slice(0, 16)}…`}</Mono>
      </Text>
      <Collapse expanded={isOpen} id={id}>
        <div className={classes.findings}>
          <FindingList findings={release.findings} />
        </div>
      </Collapse>
    </li>
  );
}

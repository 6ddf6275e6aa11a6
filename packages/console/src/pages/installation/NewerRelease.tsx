import { isBerthError } from "@berth/protocol";
import type { InstallationDetail, PermissionChangeView } from "@berth/protocol/api";
import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { splitAppName } from "../../features/apps/split-app-name.ts";
import {
  type PermissionChanges,
  usePermissionChanges,
} from "../../features/permissions/use-permission-changes.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { RouterAnchor } from "../../ui/RouterAnchor.tsx";
import rows from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import { ChangeRow } from "./ChangeRow.tsx";
import classes from "./PermissionsPart.module.css";

export interface NewerReleaseProps {
  readonly installation: InstallationDetail;
}

/** The difference to a release that is newer than the installed one; undefined when there is none. */
function newerOf(changes: PermissionChanges | undefined): PermissionChanges | undefined {
  return changes?.isNewer === true ? changes : undefined;
}

function useVerdict(): (changes: PermissionChanges) => string {
  const { t } = useTranslation();
  return ({ changes, needsConsent }) => {
    if (needsConsent) return t("newer.waits");
    return t(changes.length === 0 ? "newer.same" : "newer.within");
  };
}

/** Said in a line on every part of an installation, with the way to the difference. */
export function NewerReleaseNotice({ installation }: NewerReleaseProps) {
  const { t } = useTranslation();
  const verdict = useVerdict();
  const newer = newerOf(usePermissionChanges(installation.id).data);
  if (newer === undefined) return null;
  return (
    <Alert
      mb="md"
      role="status"
      color={newer.needsConsent ? "amber" : "gray"}
      title={t("newer.title", { version: newer.to })}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text c="var(--mantine-color-text)">
        {verdict(newer)}{" "}
        <RouterAnchor
          underline="always"
          to="/installations/$installation"
          params={{ installation: installation.id }}
          search={{ part: "permissions" }}
        >
          {t("newer.see")}
        </RouterAnchor>
      </Text>
    </Alert>
  );
}

/** What the newest release asks for more, and less, than the installed one; nothing when that is it. */
export function NewerRelease({ installation }: NewerReleaseProps) {
  const query = usePermissionChanges(installation.id);
  const newer = newerOf(query.data);
  // An app that was withdrawn has no newer release; that is no fault to be shown here.
  const isGone =
    isBerthError(query.error, "RELEASE_NOT_FOUND") || isBerthError(query.error, "APP_NOT_FOUND");
  if (query.isError && !isGone) {
    return <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />;
  }
  return newer === undefined ? null : <Difference installation={installation} newer={newer} />;
}

function isMore({ kind, needsConsent }: PermissionChangeView): boolean {
  return needsConsent || kind === "added" || kind === "widened" || kind === "required";
}

function Difference({ installation, newer }: NewerReleaseProps & { newer: PermissionChanges }) {
  const { t } = useTranslation();
  const verdict = useVerdict();
  const { publisher, name } = splitAppName(installation.app);
  const more = newer.changes.filter(isMore);
  const less = newer.changes.filter((change) => !isMore(change));
  return (
    <Section
      title={t("newer.title", { version: newer.to })}
      description={t("newer.from", { version: newer.from })}
      actions={
        <RouterAnchor to="/apps/$publisher/$name" params={{ publisher, name }}>
          {t("newer.app")}
        </RouterAnchor>
      }
    >
      <Stack gap="md">
        <Group>
          <StateDot tone={newer.needsConsent ? "warn" : "good"} label={verdict(newer)} />
        </Group>
        <ChangeList title={t("newer.more")} changes={more} />
        <ChangeList title={t("newer.less")} changes={less} />
        <Text c="dimmed">{t("newer.how")}</Text>
      </Stack>
    </Section>
  );
}

interface ChangeListProps {
  readonly title: string;
  readonly changes: readonly PermissionChangeView[];
}

function ChangeList({ title, changes }: ChangeListProps) {
  if (changes.length === 0) return null;
  return (
    <div>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <ul className={`${classes.root} ${rows.framed}`} aria-label={title}>
        {changes.map((change, index) => (
          // Two changes of one list may name the same permission; their order stays.
          <ChangeRow key={`${change.kind} ${String(index)}`} change={change} />
        ))}
      </ul>
    </div>
  );
}

import type { AuditAnchorView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAuditAnchors } from "../../features/audit/use-audit-anchors.ts";
import { useFormat } from "../../features/format/use-format.ts";
import { Ago } from "../../ui/Ago.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";

const tones: Readonly<Record<AuditAnchorView["state"], Tone>> = {
  waiting: "quiet",
  kept: "good",
  behind: "warn",
  conflict: "bad",
};

/** Where the log's checkpoints are kept outside the database, and whether they are: the operator's. */
export function AnchorsSection() {
  const { t } = useTranslation();
  const query = useAuditAnchors();
  return (
    <Section title={t("audit.anchors")} description={t("audit.anchorsHint")} isFlush>
      <QueryView query={query}>
        {({ anchors, size }) =>
          anchors.length === 0 ? (
            <Text className={classes.row} c="dimmed">
              {t("audit.noAnchor")}
            </Text>
          ) : (
            <ul className={classes.root}>
              {anchors.map((anchor) => (
                <AnchorRow key={`${anchor.kind} ${anchor.place}`} anchor={anchor} size={size} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

function AnchorRow({ anchor, size }: { readonly anchor: AuditAnchorView; readonly size: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { keptAt, keptSize, kind, place, problem, since, state } = anchor;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{t(`audit.anchorKind.${kind}`, { defaultValue: kind })}</Text>
        <Mono isFaint>{place}</Mono>
        {problem !== null && <Text c="dimmed">{problem}</Text>}
      </div>
      <div>
        <StateDot tone={tones[state]} label={t(`audit.anchorState.${state}`)} />
        <Text size="xs" c="dimmed">
          {keptSize === null
            ? t("audit.keptNothing")
            : t("audit.keptUpTo", { kept: format.number(keptSize), size: format.number(size) })}
          {keptAt !== null && (
            <>
              {" · "}
              <Ago at={keptAt} />
            </>
          )}
        </Text>
        {since !== null && (
          <Text size="xs" c="dimmed">
            {t("audit.anchorSince", { at: format.instant(since) })}
          </Text>
        )}
      </div>
    </li>
  );
}

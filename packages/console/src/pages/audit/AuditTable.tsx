import type { AuditEntryView } from "@berth/protocol/api";
import { Table, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { Mono } from "../../ui/Mono.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import classes from "./AuditTable.module.css";

/** One line an entry; its action opens it. */
export function AuditTable({
  entries,
  hasOrganizations,
  onOpen,
}: {
  readonly entries: readonly AuditEntryView[];
  readonly hasOrganizations: boolean;
  readonly onOpen: (index: number) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    // Reached by the keyboard, since it scrolls where the window is narrow.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be focusable
    <section className={classes.root} aria-label={t("audit.entries")} tabIndex={0}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("audit.when")}</Table.Th>
            <Table.Th>{t("audit.what")}</Table.Th>
            <Table.Th>{t("audit.who")}</Table.Th>
            <Table.Th>{t("audit.onWhat")}</Table.Th>
            {hasOrganizations && <Table.Th>{t("audit.organization")}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.index}>
              <Table.Td className={classes.when}>
                <time dateTime={entry.at}>{format.instant(entry.at)}</time>
              </Table.Td>
              <Table.Td>
                <UnstyledButton
                  className={classes.action}
                  aria-label={t("audit.openEntry", { action: entry.action, index: entry.index })}
                  onClick={() => onOpen(entry.index)}
                >
                  {entry.action}
                </UnstyledButton>
                {entry.outcome !== null && (
                  <StateDot
                    tone={entry.outcome === "allowed" ? "good" : "bad"}
                    label={t(`audit.outcome.${entry.outcome}`)}
                  />
                )}
              </Table.Td>
              <Table.Td className={classes.id}>
                {entry.actor.name ?? <Mono isFaint>{entry.actor.id}</Mono>}
              </Table.Td>
              <Table.Td className={classes.id}>
                {entry.target.name === null ? (
                  <Mono isFaint>{`${entry.target.kind} ${entry.target.id}`}</Mono>
                ) : (
                  <span title={`${entry.target.kind} ${entry.target.id}`}>{entry.target.name}</span>
                )}
              </Table.Td>
              {hasOrganizations && <Table.Td>{entry.organization ?? "–"}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

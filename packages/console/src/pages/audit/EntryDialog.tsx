import type { AuditEntryView } from "@berth/protocol/api";
import { Code, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ProofVerdict } from "../../features/audit/check-proof.ts";
import { type CheckedEntry, useAuditProof } from "../../features/audit/use-audit-proof.ts";
import { useFormat } from "../../features/format/use-format.ts";
import { Facts } from "../../ui/Facts.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";

const tones: Readonly<Record<ProofVerdict, Tone>> = {
  proven: "good",
  refuted: "bad",
  unsupported: "warn",
};

/** One entry whole, and whether the log really has it. */
export function EntryDialog({
  organization,
  index,
  onClose,
}: {
  readonly organization: string | null;
  readonly index: number;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const query = useAuditProof(organization, index);
  return (
    <Modal opened onClose={onClose} size="lg" title={t("audit.entry", { index })}>
      <QueryView query={query}>{(found) => <EntryContent found={found} />}</QueryView>
    </Modal>
  );
}

function EntryContent({ found }: { readonly found: CheckedEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { entry, verdict, size } = found;
  return (
    <Stack gap="md">
      <div>
        <StateDot tone={tones[verdict]} label={t(`audit.verdict.${verdict}`)} />
        <Text size="xs" c="dimmed" mt={4}>
          {t(`audit.verdictWhy.${verdict}`, { size: format.number(size) })}
        </Text>
      </div>
      <Facts
        facts={[
          { label: t("audit.when"), value: format.instant(entry.at) },
          { label: t("audit.what"), value: <Mono>{entry.action}</Mono> },
          { label: t("audit.who"), value: whoOf(entry) },
          {
            label: t("audit.onWhat"),
            value: (
              <>
                {entry.target.name !== null && `${entry.target.name} `}
                <Mono isFaint>{`${entry.target.kind} ${entry.target.id}`}</Mono>
              </>
            ),
          },
          ...(entry.outcome === null
            ? []
            : [{ label: t("audit.decision"), value: t(`audit.outcome.${entry.outcome}`) }]),
          ...(entry.organization === null
            ? []
            : [{ label: t("audit.organization"), value: entry.organization }]),
          ...entry.personal.flatMap(({ person, fields }) =>
            fields === null
              ? [{ label: t("audit.personal"), value: t("audit.erased", { person }) }]
              : Object.entries(fields).map(([name, value]) => ({
                  label: t("audit.personalField", { name }),
                  value: String(value),
                })),
          ),
          ...(entry.requestId === null
            ? []
            : [{ label: t("audit.request"), value: <Mono>{entry.requestId}</Mono> }]),
        ]}
      />
      {Object.keys(entry.details).length > 0 && (
        <Code block tabIndex={0} aria-label={t("audit.details")}>
          {JSON.stringify(entry.details, null, 2)}
        </Code>
      )}
    </Stack>
  );
}

function whoOf({ actor }: AuditEntryView) {
  const proof = actor.by === null ? "" : ` (${actor.by})`;
  return (
    <>
      {actor.name !== null && `${actor.name}${proof} `}
      <Mono isFaint>{actor.name === null ? `${actor.kind} ${actor.id}` : actor.id}</Mono>
    </>
  );
}

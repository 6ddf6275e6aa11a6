import type { PoliciesView, PolicyVersionView } from "@berth/protocol/api";
import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { PolicyOwner } from "../../features/policies/policy-owner.ts";
import { usePolicyAct, usePolicyQuestion } from "../../features/policies/use-policies.ts";
import { Ago } from "../../ui/Ago.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Section } from "../../ui/Section.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import { useToast } from "../../ui/use-toast.ts";
import { DiffView } from "./DiffView.tsx";
import classes from "./Policies.module.css";

export interface HistorySectionProps {
  readonly owner: PolicyOwner;
  readonly policies: PoliciesView;
  readonly canManage: boolean;
}

/** Every version that was in force, and the way back to one. */
export function HistorySection({ owner, policies, canManage }: HistorySectionProps) {
  const { t } = useTranslation();
  const { versions, current } = policies;
  return (
    <Section
      title={t("policies.history")}
      description={t("policies.historyHint")}
      isFlush={versions.length > 0}
    >
      {versions.length === 0 ? (
        <Text c="dimmed">{t("policies.noHistory")}</Text>
      ) : (
        <ul className={classes.root}>
          {versions.map((version) => (
            <VersionRow
              key={version.version}
              {...{ owner, version, current, canManage: canManage }}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}

function VersionRow({
  owner,
  version,
  current,
  canManage,
}: {
  readonly owner: PolicyOwner;
  readonly version: PolicyVersionView;
  readonly current: PoliciesView["current"];
  readonly canManage: boolean;
}) {
  const { t } = useTranslation();
  const toast = useToast();
  const number = version.version;
  const isCurrent = number === current?.version;
  // The text is fetched when it is asked for; with it, the dialog opens.
  const text = usePolicyQuestion(owner, (calls, wanted: number) => calls.textOf(wanted));
  const rollBack = usePolicyAct(owner, (calls, to: number) =>
    calls.rollBack({ to, version: current?.version ?? 0 }),
  );
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{t("policies.version", { version: number })}</Text>
        <Text size="xs" c="dimmed" component="div">
          {version.by} · <Ago at={version.at} />
          {version.restoredFrom !== null &&
            ` · ${t("policies.restoredFrom", { version: version.restoredFrom })}`}
          {version.note !== null && ` · ${version.note}`}
        </Text>
      </div>
      {isCurrent && <StateDot tone="good" label={t("policies.current")} />}
      {!isCurrent && canManage && (
        <Button
          variant="default"
          loading={text.isPending}
          aria-label={t("policies.restoreOne", { version: number })}
          onClick={() => text.mutate(number, { onError: toast.failure })}
        >
          {t("policies.restore")}
        </Button>
      )}
      <ConfirmDialog
        isOpen={text.data !== undefined}
        title={t("policies.restoreOne", { version: number })}
        confirmLabel={t("policies.restore")}
        isBusy={rollBack.isPending}
        onClose={text.reset}
        onConfirm={() =>
          rollBack.mutate(number, {
            onSuccess: () => {
              text.reset();
              toast.success(t("policies.restored", { version: number }));
            },
            onError: toast.failure,
          })
        }
      >
        <Stack gap="sm">
          <Text>{t("policies.restoreBody")}</Text>
          <DiffView before={current?.text ?? ""} after={text.data ?? ""} />
        </Stack>
      </ConfirmDialog>
    </li>
  );
}

import { BerthError, isErrorCode } from "@berth/protocol";
import type { RunView } from "@berth/protocol/api";
import { Alert, Button, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { Section } from "../../ui/Section.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";
import { RunSteps } from "./RunSteps.tsx";
import { useCancelRun } from "./use-cancel-run.ts";
import type { RunFollowing } from "./use-run.ts";

export interface RunPanelProps {
  readonly following: RunFollowing;
  readonly title: string;
  /** Shown when it has ended well. */
  readonly done: ReactNode;
  /** Ways on when it was taken back. */
  readonly undone?: ReactNode;
}

const tones: Readonly<Record<RunView["state"], Tone>> = {
  running: "busy",
  done: "good",
  undoing: "warn",
  undone: "bad",
  stuck: "bad",
};

/** One run: its steps live, what came of it, and a way to stop it. */
export function RunPanel({ following, title, done, undone }: RunPanelProps) {
  const { t } = useTranslation();
  const { run, error } = following;
  if (!run) return error === undefined ? <LoadingRows count={6} /> : <ErrorAlert error={error} />;
  return (
    <Stack gap="md">
      {run.error && isErrorCode(run.error.code) && (
        <ErrorAlert error={new BerthError(run.error.code, run.error.message)}>
          {run.state === "undone" && undone}
        </ErrorAlert>
      )}
      {run.state === "undone" && !run.error && (
        <Alert color="gray" title={t("run.cancelled")}>
          {undone}
        </Alert>
      )}
      {run.state === "stuck" && <Text role="alert">{t("run.stuck")}</Text>}
      {error !== undefined && <ErrorAlert error={error} />}
      {run.state === "done" && done}
      <Section
        title={title}
        isFlush
        actions={
          <>
            <StateDot tone={tones[run.state]} label={t(`run.state.${run.state}`)} />
            {run.kind === "install" && run.state === "running" && <CancelRun run={run} />}
          </>
        }
      >
        <RunSteps run={run} />
      </Section>
    </Stack>
  );
}

function CancelRun({ run }: { readonly run: RunView }) {
  const { t } = useTranslation();
  const [isAsking, setIsAsking] = useState(false);
  const cancel = useCancelRun(run.id);
  return (
    <>
      <Button variant="default" onClick={() => setIsAsking(true)}>
        {t("run.cancel")}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("run.cancelTitle")}
        confirmLabel={t("run.cancelConfirm")}
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate(undefined, { onSettled: () => setIsAsking(false) })}
        onClose={() => setIsAsking(false)}
      >
        {t("run.cancelBody")}
      </ConfirmDialog>
    </>
  );
}

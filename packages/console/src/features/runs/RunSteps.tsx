import type { RunView, StepView } from "@berth/protocol/api";
import { Loader, Text } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconCircleDashed, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNow } from "../../ui/use-now.ts";
import { useFormat } from "../format/use-format.ts";
import classes from "./RunSteps.module.css";
import { stepWord } from "./step-word.ts";

const clockMs = 250;

/** The steps of a run as they happen: what each did, and how long it took. */
export function RunSteps({ run }: { readonly run: RunView }) {
  const { t } = useTranslation();
  const now = run.steps.find((step) => step.state === "running" || step.state === "undoing");
  const word = now && stepWord(now.name);
  return (
    <>
      <p className="visually-hidden" role="status">
        {now
          ? t("run.announce", {
              step: word ? t(word) : now.name,
              state: t(`run.step.${now.state}`),
            })
          : t(`run.state.${run.state}`)}
      </p>
      <ol className={classes.root}>
        {run.steps.map((step) => (
          <RunStep key={step.name} step={step} />
        ))}
      </ol>
    </>
  );
}

function RunStep({ step }: { readonly step: StepView }) {
  const { t } = useTranslation();
  const word = stepWord(step.name);
  return (
    <li className={classes.step} data-state={step.state}>
      <span className={classes.icon}>
        <StepIcon state={step.state} />
      </span>
      <div className={classes.words}>
        <Text fw={500}>
          {word ? t(word) : step.name}
          <span className="visually-hidden">: {t(`run.step.${step.state}`)}</span>
        </Text>
        {step.detail && <Text c="dimmed">{step.detail}</Text>}
      </div>
      <StepTime step={step} />
    </li>
  );
}

function StepTime({ step }: { readonly step: StepView }) {
  const format = useFormat();
  const nowMs = useNow(clockMs);
  if (step.startedAt === null) return null;
  const endMs = step.endedAt === null ? nowMs : new Date(step.endedAt).getTime();
  const elapsedMs = Math.max(0, endMs - new Date(step.startedAt).getTime());
  return (
    <Text size="xs" c="dimmed" className={classes.time}>
      {format.durationMs(elapsedMs)}
    </Text>
  );
}

function StepIcon({ state }: { readonly state: StepView["state"] }) {
  switch (state) {
    case "pending":
      return <IconCircleDashed size={18} stroke={1.5} aria-hidden />;
    case "running":
    case "undoing":
      return <Loader size={16} aria-hidden />;
    case "done":
      return <IconCheck size={18} aria-hidden />;
    case "failed":
      return <IconX size={18} aria-hidden />;
    case "undone":
      return <IconArrowBackUp size={18} aria-hidden />;
  }
}

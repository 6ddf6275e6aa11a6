import { Button, Group, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PolicyOwner } from "../../features/policies/policy-owner.ts";
import { usePolicyQuestion } from "../../features/policies/use-policies.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Section } from "../../ui/Section.tsx";
import { TrialResult } from "./TrialResult.tsx";

/** "It would have denied 14 calls": the text that is being written, against recent traffic. */
export function TrialSection({
  owner,
  text,
}: {
  readonly owner: PolicyOwner;
  readonly text: string;
}) {
  const { t } = useTranslation();
  const [hours, setHours] = useState("24");
  const trial = usePolicyQuestion(owner, async (calls, input: string) => ({
    ...(await calls.tryOn(input, Number(hours))),
    text: input,
  }));
  const isRefused = trial.data?.problems.some(({ severity }) => severity === "error") === true;
  return (
    <Section title={t("policies.try")} description={t("policies.tryHint")}>
      <Stack gap="sm">
        <Group gap="xs">
          <SegmentedControl
            aria-label={t("policies.hours")}
            value={hours}
            onChange={setHours}
            data={[
              { value: "24", label: t("policies.lastDay") },
              { value: "168", label: t("policies.lastWeek") },
            ]}
          />
          <Button variant="default" loading={trial.isPending} onClick={() => trial.mutate(text)}>
            {t("policies.try")}
          </Button>
        </Group>
        {trial.isError && <ErrorAlert error={trial.error} />}
        {/* What was tried is no longer what stands in the text: then it says nothing of it. */}
        {trial.data?.text === text && !isRefused && <TrialResult trial={trial.data} />}
        {trial.data?.text === text && isRefused && (
          <p role="status">
            {trial.data.problems
              .slice(0, 3)
              .map(
                ({ line, column, message }) =>
                  `${t("policies.place", { line, column })}: ${message}`,
              )
              .join(" ")}
          </p>
        )}
      </Stack>
    </Section>
  );
}

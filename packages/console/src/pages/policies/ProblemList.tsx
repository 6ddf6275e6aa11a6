import type { PolicyProblemView } from "@berth/protocol/api";
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StateDot } from "../../ui/StateDot.tsx";
import classes from "./Policies.module.css";

export interface ProblemListProps {
  readonly problems: readonly PolicyProblemView[];
  /** Shows the place in the text. */
  readonly onGo: (problem: PolicyProblemView) => void;
}

/** What is wrong, and where; each place is a way to it. */
export function ProblemList({ problems, onGo }: ProblemListProps) {
  const { t } = useTranslation();
  return (
    <ul className={classes.root} aria-label={t("policies.problems")}>
      {problems.map((problem) => (
        <li key={`${problem.line}:${problem.column} ${problem.message}`} className={classes.row}>
          <StateDot
            tone={problem.severity === "error" ? "bad" : "warn"}
            label={t(`policies.severity.${problem.severity}`)}
          />
          <Button
            variant="default"
            size="compact-xs"
            className={classes.place ?? ""}
            onClick={() => onGo(problem)}
          >
            {t("policies.place", { line: problem.line, column: problem.column })}
          </Button>
          <Text className={classes.words}>{problem.message}</Text>
        </li>
      ))}
    </ul>
  );
}

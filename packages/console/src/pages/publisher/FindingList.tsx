import type { FindingView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Mono } from "../../ui/Mono.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";
import classes from "./FindingList.module.css";

const tones: Readonly<Record<FindingView["severity"], Tone>> = {
  error: "bad",
  warning: "warn",
  info: "quiet",
};

/** What the checks found: the rule, the place, and in words. */
export function FindingList({ findings }: { readonly findings: readonly FindingView[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.root}>
      {findings.map((finding) => (
        <li key={`${finding.rule} ${finding.path ?? ""} ${finding.message}`}>
          <StateDot tone={tones[finding.severity]} label={t(`severity.${finding.severity}`)} />
          <div className={classes.words}>
            <Text>{finding.message}</Text>
            <Mono isFaint>
              {finding.path === null ? finding.rule : `${finding.rule} · ${finding.path}`}
            </Mono>
          </div>
        </li>
      ))}
    </ul>
  );
}

import type { PostureView } from "@berth/protocol/api";
import { Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StateDot } from "../../ui/StateDot.tsx";
import classes from "./PostureRows.module.css";

/** What was found on the host, and how to mend what is not well. */
export function HostFindings({ findings }: { readonly findings: PostureView["host"] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.root}>
      {findings.map(({ name, isOk, finding, mend }) => (
        <li key={name} className={classes.row}>
          <Text fw={500} className={classes.name}>
            {name}
          </Text>
          <div className={classes.evidence}>
            <Text>{finding}</Text>
            {mend !== null && (
              <Text component="div" mt={4}>
                {t("posture.mend")} <Code className={classes.mend}>{mend}</Code>
              </Text>
            )}
          </div>
          <StateDot
            tone={isOk ? "good" : "bad"}
            label={isOk ? t("posture.ok") : t("posture.bad")}
          />
        </li>
      ))}
    </ul>
  );
}

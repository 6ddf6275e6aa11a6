import type { PostureView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StateDot } from "../../ui/StateDot.tsx";
import classes from "./PostureRows.module.css";

/** Each limit with what enforces it, and whether that was proven by exceeding it. */
export function LimitTable({ limits }: { readonly limits: PostureView["limits"] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.root}>
      {limits.map(({ limit, enforcer, isProven, evidence }) => (
        <li key={limit} className={classes.row}>
          <div className={classes.name}>
            <Text fw={500}>{limit}</Text>
            <Text size="xs" c="dimmed">
              {t(`posture.enforcer.${enforcer}`)}
            </Text>
          </div>
          <Text className={classes.evidence}>{evidence}</Text>
          <StateDot
            tone={enforcer === "none" ? "bad" : isProven ? "good" : "warn"}
            label={t(
              enforcer === "none"
                ? "posture.notEnforced"
                : isProven
                  ? "posture.isProven"
                  : "posture.unproven",
            )}
          />
        </li>
      ))}
    </ul>
  );
}

import type { PolicyTrialView } from "@berth/protocol/api";
import { Alert, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./Policies.module.css";

/** What a text would have changed of recent calls. */
export function TrialResult({ trial }: { readonly trial: PolicyTrialView }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status">
      <Text fw={600}>{t("policies.wouldDeny", { count: trial.wouldDeny })}</Text>
      {trial.wouldAllow > 0 && (
        <Text fw={600}>{t("policies.wouldAllow", { count: trial.wouldAllow })}</Text>
      )}
      <Text c="dimmed">
        {t("policies.ofCalls", { count: trial.calls })}{" "}
        {trial.unkept > 0 && t("policies.unkept", { count: trial.unkept })}
      </Text>
      {trial.unknown.length > 0 && (
        <Alert color="amber">
          <Text c="var(--mantine-color-text)">{t("policies.unknown")}</Text>
        </Alert>
      )}
      {trial.groups.length > 0 && (
        <ul className={classes.root}>
          {trial.groups.map(({ effect, policy, app, action, resource, calls }) => (
            <li key={[effect, policy, app, action, resource].join("\n")} className={classes.row}>
              <div className={classes.words}>
                <Text>
                  {app}: {action} <Mono>{resource}</Mono>
                </Text>
                <Text size="xs" c="dimmed" component="div">
                  {t(`policies.effects.${effect}`, { policy })}
                </Text>
              </div>
              <Text>{t("policies.calls", { count: calls })}</Text>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

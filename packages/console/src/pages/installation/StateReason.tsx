import type { InstallationDetail } from "@berth/protocol/api";
import { Alert, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Why it does not serve, when it does not. */
export function StateReason({ installation }: { readonly installation: InstallationDetail }) {
  const { t } = useTranslation();
  const { state, stateReason } = installation;
  if (state !== "failed" && state !== "suspended") return null;
  return (
    <Alert
      mb="md"
      role="status"
      color={state === "failed" ? "red" : "amber"}
      title={t(state === "failed" ? "installation.failed" : "installation.suspended")}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text c="var(--mantine-color-text)">{stateReason ?? t("installation.noReason")}</Text>
    </Alert>
  );
}

import type { InstallationDetail } from "@berth/protocol/api";
import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useConfig } from "../../features/config-form/use-config.ts";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { ConfigEditor } from "./ConfigEditor.tsx";
import { SecretRow } from "./SecretRow.tsx";

/** Configuration and secrets, for admins. */
export function SettingsPart({ installation }: { readonly installation: InstallationDetail }) {
  const { t } = useTranslation();
  const { configSchema, secrets, id } = installation;
  const config = useConfig(id, configSchema !== null);
  return (
    <Stack gap="md" maw={760}>
      <Section title={t("install.config")} description={t("install.configHint")}>
        {configSchema === null ? (
          <Text c="dimmed">{t("installation.noConfig")}</Text>
        ) : (
          <QueryView query={config}>
            {(stored) => <ConfigEditor installation={id} schema={configSchema} stored={stored} />}
          </QueryView>
        )}
      </Section>
      <Section
        title={t("install.secrets")}
        description={t("installation.secretsHint")}
        isFlush={secrets.length > 0}
      >
        {secrets.length === 0 ? (
          <Text c="dimmed">{t("installation.noSecrets")}</Text>
        ) : (
          secrets.map((secret) => <SecretRow key={secret.name} installation={id} secret={secret} />)
        )}
      </Section>
    </Stack>
  );
}

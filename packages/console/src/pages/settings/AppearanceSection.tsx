import { Group, SegmentedControl, Stack, Text, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "../../features/settings/LanguageSwitch.tsx";
import { Section } from "../../ui/Section.tsx";

export function AppearanceSection() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={t("settings.appearance")}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text>{t("settings.scheme")}</Text>
          <SegmentedControl
            aria-label={t("settings.scheme")}
            value={colorScheme}
            onChange={setColorScheme}
            data={[
              { value: "auto", label: t("settings.schemes.auto") },
              { value: "light", label: t("settings.schemes.light") },
              { value: "dark", label: t("settings.schemes.dark") },
            ]}
          />
        </Group>
        <Group justify="space-between">
          <Text>{t("settings.language")}</Text>
          <LanguageSwitch />
        </Group>
      </Stack>
    </Section>
  );
}

import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { PasswordForm } from "../../features/settings/PasswordForm.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { Section } from "../../ui/Section.tsx";
import { useToast } from "../../ui/use-toast.ts";
import { ApiKeysSection } from "./ApiKeysSection.tsx";
import { AppearanceSection } from "./AppearanceSection.tsx";

export function SettingsPage() {
  const { t } = useTranslation();
  const toast = useToast();
  const words = useRoleWords();
  const { person, isOperator, organizations } = useSignedIn().session;
  return (
    <PageBody width="narrow">
      <PageHeader title={t("settings.title")} />
      <Stack gap="md">
        <Section title={t("settings.profile")}>
          <Facts
            facts={[
              { label: t("settings.name"), value: person.name },
              { label: t("signIn.email"), value: person.email },
              ...organizations.map(({ name, role, roleName }) => ({
                label: name,
                value: words(role, roleName),
              })),
              ...(isOperator
                ? [{ label: t("settings.operator"), value: t("settings.operatorYes") }]
                : []),
            ]}
          />
        </Section>
        <AppearanceSection />
        <Section title={t("password.title")} description={t("password.hint")}>
          <PasswordForm onDone={() => toast.success(t("password.saved"))} />
        </Section>
        <ApiKeysSection />
      </Stack>
    </PageBody>
  );
}

import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../../features/session/use-session.ts";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { PasskeysSection } from "./PasskeysSection.tsx";
import { SecondFactorSection } from "./SecondFactorSection.tsx";
import { SessionsSection } from "./SessionsSection.tsx";

/** How somebody signs in, and where they are signed in. */
export function SecurityPage() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <PageBody width="narrow">
      <PageHeader title={t("security.title")} subtitle={t("security.subtitle")} />
      {session.data?.by === "session" && (
        <Stack gap="md">
          <SecondFactorSection />
          <PasskeysSection />
          <SessionsSection />
        </Stack>
      )}
      {session.data?.by === "sso" && <Text>{t("security.elsewhere")}</Text>}
    </PageBody>
  );
}

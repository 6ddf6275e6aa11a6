import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMayOnHost } from "../../features/session/use-may.ts";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { OperatorsSection } from "./OperatorsSection.tsx";
import { OrganizationsSection } from "./OrganizationsSection.tsx";
import { PeopleSection } from "./PeopleSection.tsx";

/** What operators do: organizations, support for people, and who else is one. */
export function HostPage() {
  const { t } = useTranslation();
  const maySupport = useMayOnHost("people.support");
  return (
    <PageBody>
      <PageHeader title={t("nav.host")} subtitle={t("host.subtitle")} />
      <Stack gap="md">
        <OrganizationsSection />
        {maySupport && <PeopleSection />}
        <OperatorsSection />
      </Stack>
    </PageBody>
  );
}

import { Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { ReachSection } from "./ReachSection.tsx";
import { UnusedSection } from "./UnusedSection.tsx";
import { WhoCanSection } from "./WhoCanSection.tsx";

const route = getRouteApi("/shell/permissions");

/** What the organization's apps may do, asked from three sides: unused, by app, by person. */
export function PermissionsPage() {
  const { t } = useTranslation();
  useOrganizationSlug();
  const name = useSignedIn().organization?.name ?? "";
  const mayAsk = useMay("policies.read");
  return (
    <PageBody>
      <PageHeader
        title={t("permissionsPage.title")}
        subtitle={t("permissionsPage.subtitle", { name })}
      />
      <Stack gap="md">
        <UnusedSection />
        {mayAsk && <Questions />}
      </Stack>
    </PageBody>
  );
}

function Questions() {
  const { t } = useTranslation();
  const { installation } = route.useSearch();
  const installations = useInstallations();
  if (installations.data === undefined) {
    return (
      <Section title={t("reach.title")}>
        <QueryView query={installations}>{() => null}</QueryView>
      </Section>
    );
  }
  const apps = installations.data.map(({ id, title }) => ({ value: id, label: title }));
  const first = apps.some(({ value }) => value === installation) ? installation : apps[0]?.value;
  // Another app that is asked for by the address is another question.
  const key = first ?? "";
  return (
    <>
      <ReachSection key={`reach ${key}`} apps={apps} first={first} />
      <WhoCanSection key={`who ${key}`} apps={apps} first={first} />
    </>
  );
}

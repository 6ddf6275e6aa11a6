import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLock, IconPlus, IconRobot } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CreateService } from "../../features/services/CreateService.tsx";
import { ServiceList } from "../../features/services/ServiceList.tsx";
import type { ServiceOwner } from "../../features/services/service-calls.ts";
import { useServices } from "../../features/services/use-services.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";

/** The organization's callers that are no persons. */
export function ServicesPage() {
  const { t } = useTranslation();
  const slug = useOrganizationSlug();
  const mayManage = useMay("service-principals.manage");
  const [isMaking, making] = useDisclosure(false);
  const owner: ServiceOwner = { kind: "organization", slug };
  return (
    <PageBody>
      <PageHeader
        title={t("services.page")}
        subtitle={t("services.hint")}
        back={{ to: "/members", label: t("members.title") }}
        actions={
          mayManage && (
            <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={making.open}>
              {t("services.make")}
            </Button>
          )
        }
      />
      {mayManage ? (
        <Services owner={owner} />
      ) : (
        <EmptyState icon={<IconLock size={20} />} title={t("services.forbidden")}>
          {t("services.forbiddenBody")}
        </EmptyState>
      )}
      <CreateService owner={owner} isOpen={isMaking} onClose={making.close} />
    </PageBody>
  );
}

function Services({ owner }: { readonly owner: ServiceOwner }) {
  const { t } = useTranslation();
  const services = useServices(owner);
  return (
    <QueryView query={services}>
      {(found) =>
        found.length === 0 ? (
          <EmptyState icon={<IconRobot size={20} />} title={t("services.empty")}>
            {t("services.emptyBody")}
          </EmptyState>
        ) : (
          <Section title={t("services.count", { count: found.length })} isFlush>
            <ServiceList owner={owner} services={found} />
          </Section>
        )
      }
    </QueryView>
  );
}

import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { CreateService } from "./CreateService.tsx";
import { ServiceList } from "./ServiceList.tsx";
import type { ServiceOwner } from "./service-calls.ts";
import { useServices } from "./use-services.ts";

/** A publisher's callers that are nobody: its build servers. */
export function ServicesSection({ publisher }: { readonly publisher: string }) {
  const { t } = useTranslation();
  const owner: ServiceOwner = { kind: "publisher", name: publisher };
  const services = useServices(owner);
  const [isMaking, making] = useDisclosure(false);
  const hasRows = (services.data?.length ?? 0) > 0;
  return (
    <Section
      title={t("services.page")}
      description={t("services.hint")}
      isFlush={hasRows}
      actions={
        <Button variant="default" onClick={making.open}>
          {t("services.make")}
        </Button>
      }
    >
      <QueryView query={services} loading={<LoadingRows count={2} />}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("services.emptyPublisher")}</Text>
          ) : (
            <ServiceList owner={owner} services={found} />
          )
        }
      </QueryView>
      <CreateService owner={owner} isOpen={isMaking} onClose={making.close} />
    </Section>
  );
}

import { Button, Modal, Select, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconUpload } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ServicesSection } from "../../features/services/ServicesSection.tsx";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { CreatePublisherForm } from "./CreatePublisherForm.tsx";
import { KeysSection } from "./KeysSection.tsx";
import { PeopleSection } from "./PeopleSection.tsx";
import { ReleasesSection } from "./ReleasesSection.tsx";
import { UploadSection } from "./UploadSection.tsx";

/** What a publisher does: keys, uploads, and what became of each release. */
export function PublisherPage() {
  const { t } = useTranslation();
  const { publishers } = useSignedIn().session;
  const { publisher: wanted } = useSearch({ from: "/shell/publisher" });
  const navigate = useNavigate();
  const [isCreating, creating] = useDisclosure(false);
  const shown = publishers.find(({ name }) => name === wanted) ?? publishers[0];
  const show = (name: string | null) =>
    void navigate({ to: "/publisher", search: name === null ? {} : { publisher: name } });

  return (
    <PageBody>
      <PageHeader
        title={t("publisher.title")}
        subtitle={t("publisher.subtitle")}
        actions={
          <>
            {publishers.length > 1 && (
              <Select
                size="xs"
                aria-label={t("publisher.choose")}
                allowDeselect={false}
                value={shown?.name ?? null}
                onChange={show}
                data={publishers.map(({ name, displayName }) => ({
                  value: name,
                  label: displayName,
                }))}
              />
            )}
            <RouterButton variant="subtle" to="/gallery">
              {t("gallery.link")}
            </RouterButton>
            <Button
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={creating.open}
            >
              {t("publisher.create")}
            </Button>
          </>
        }
      />
      {shown ? (
        <Stack gap="md" key={shown.name}>
          <UploadSection publisher={shown.name} />
          <ReleasesSection publisher={shown.name} />
          <KeysSection publisher={shown.name} mayManage={shown.role === "owner"} />
          <PeopleSection publisher={shown.name} mayManage={shown.role === "owner"} />
          {shown.role === "owner" && <ServicesSection publisher={shown.name} />}
        </Stack>
      ) : (
        <EmptyState
          icon={<IconUpload size={20} />}
          title={t("publisher.none")}
          action={<Button onClick={creating.open}>{t("publisher.create")}</Button>}
        >
          {t("publisher.noneBody")}
        </EmptyState>
      )}
      <Modal opened={isCreating} onClose={creating.close} title={t("publisher.create")}>
        <CreatePublisherForm
          onCreated={(name) => {
            creating.close();
            show(name);
          }}
        />
      </Modal>
    </PageBody>
  );
}

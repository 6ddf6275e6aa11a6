import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { usePublisher } from "../../features/publisher/use-publisher.ts";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { AddKeyForm } from "./AddKeyForm.tsx";
import { KeyRow } from "./KeyRow.tsx";
import classes from "./ReleasesSection.module.css";

export interface KeysSectionProps {
  readonly publisher: string;
  /** Whether to offer what only owners do. */
  readonly mayManage: boolean;
}

export function KeysSection({ publisher, mayManage }: KeysSectionProps) {
  const { t } = useTranslation();
  const detail = usePublisher(publisher);
  const [isAdding, adding] = useDisclosure(false);
  const hasRows = (detail.data?.keys.length ?? 0) > 0;
  return (
    <Section
      title={t("keys.title")}
      description={t("keys.hint")}
      isFlush={hasRows}
      actions={
        mayManage && (
          <Button variant="default" onClick={adding.open}>
            {t("keys.add")}
          </Button>
        )
      }
    >
      <QueryView query={detail} loading={<LoadingRows count={2} />}>
        {({ keys }) =>
          keys.length === 0 ? (
            <Text c="dimmed">{t("keys.empty")}</Text>
          ) : (
            <ul className={classes.root}>
              {keys.map((key) => (
                <KeyRow
                  key={key.keyId}
                  publisher={publisher}
                  signingKey={key}
                  mayManage={mayManage}
                />
              ))}
            </ul>
          )
        }
      </QueryView>
      <Modal opened={isAdding} onClose={adding.close} title={t("keys.add")}>
        <AddKeyForm publisher={publisher} onAdded={adding.close} />
      </Modal>
    </Section>
  );
}

import type { SecondFactorView } from "@berth/protocol/api";
import { Alert, Button, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { useSecondFactor } from "../../features/security/use-second-factor.ts";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { EndSecondFactor } from "./EndSecondFactor.tsx";
import { RenewBackupCodes } from "./RenewBackupCodes.tsx";
import { SetUpSecondFactor } from "./SetUpSecondFactor.tsx";

const fewCodes = 3;

type Dialog = "setUp" | "renew" | "end";

export function SecondFactorSection() {
  const { t } = useTranslation();
  const factor = useSecondFactor();
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const titles = {
    setUp: t("secondFactor.setUp"),
    renew: t("secondFactor.renew"),
    end: t("secondFactor.end"),
  };
  return (
    <Section
      title={t("secondFactor.title")}
      description={t("secondFactor.hint")}
      actions={
        factor.data?.isOn === false && (
          <Button onClick={() => setDialog("setUp")}>{titles.setUp}</Button>
        )
      }
    >
      <QueryView query={factor} loading={<LoadingRows count={1} />}>
        {(found) => <FactorState factor={found} onOpen={setDialog} />}
      </QueryView>
      <Modal
        opened={dialog !== undefined}
        onClose={close}
        title={dialog && titles[dialog]}
        closeButtonProps={{ "aria-label": t("actions.close") }}
        // Backup codes are shown once: a stray click beside the dialog must not lose them.
        closeOnClickOutside={false}
      >
        {dialog === "setUp" && <SetUpSecondFactor onDone={close} />}
        {dialog === "renew" && <RenewBackupCodes onDone={close} />}
        {dialog === "end" && <EndSecondFactor onDone={close} />}
      </Modal>
    </Section>
  );
}

function FactorState({
  factor,
  onOpen,
}: {
  readonly factor: SecondFactorView;
  readonly onOpen: (dialog: Dialog) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { backupCodesLeft, isOn, isRequired, onSince } = factor;
  if (!isOn) {
    return isRequired ? (
      <Alert color="yellow" variant="light">
        <Text c="var(--mantine-color-text)">{t("secondFactor.required")}</Text>
      </Alert>
    ) : (
      <Text c="dimmed">{t("secondFactor.off")}</Text>
    );
  }
  return (
    <Group justify="space-between" gap="sm">
      <div>
        <Text fw={500}>
          {onSince === null
            ? t("secondFactor.on")
            : t("secondFactor.onSince", { when: format.instant(onSince) })}
        </Text>
        <Text size="xs" c={backupCodesLeft < fewCodes ? "var(--mantine-color-error)" : "dimmed"}>
          {t("secondFactor.codesLeft", { count: backupCodesLeft })}
        </Text>
      </div>
      <Group gap="xs">
        <Button variant="default" onClick={() => onOpen("renew")}>
          {t("secondFactor.renew")}
        </Button>
        <Button variant="default" onClick={() => onOpen("end")}>
          {t("secondFactor.end")}
        </Button>
      </Group>
    </Group>
  );
}

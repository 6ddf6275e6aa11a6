import type { InstallationDetail } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSuspend } from "./use-suspend.ts";

export interface SuspendDialogProps {
  readonly installation: InstallationDetail;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const maxReason = 280;

export function SuspendDialog({ installation, isOpen, onClose }: SuspendDialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const suspend = useSuspend(installation);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    suspend.mutate(reason.trim(), { onSuccess: onClose });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t("installation.suspendTitle", { app: installation.title })}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text>{t("installation.suspendBody")}</Text>
          <TextInput
            data-autofocus
            label={t("installation.reason")}
            description={t("installation.reasonHint")}
            maxLength={maxReason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("actions.keep")}
            </Button>
            <Button type="submit" loading={suspend.isPending}>
              {t("installation.suspend")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

import type { PermissionView } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { PermissionList } from "../../features/permissions/PermissionList.tsx";
import { useGrantPermission } from "./use-grant-permission.ts";

export interface GrantDialogProps {
  readonly installation: string;
  readonly permission: PermissionView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const maxReason = 280;

/** The last moment of a day of the reader's own clock; null for no day. */
function endOfDay(day: string): string | null {
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}

/** Shows once more what is granted, with its conditions, and until when. */
export function GrantDialog({ installation, permission, isOpen, onClose }: GrantDialogProps) {
  const { t } = useTranslation();
  const [day, setDay] = useState("");
  const [reason, setReason] = useState("");
  const grant = useGrantPermission(installation);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    grant.mutate(
      { permission, expiresAt: endOfDay(day), reason: reason.trim() },
      { onSuccess: onClose },
    );
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t("grants.grantTitle")}
      closeButtonProps={{ "aria-label": t("actions.keep") }}
    >
      <form onSubmit={submit}>
        <Stack>
          <PermissionList permissions={[permission]} />
          <Text>{t("grants.grantBody")}</Text>
          <TextInput
            type="date"
            label={t("grants.expiry")}
            description={t("grants.expiryHint")}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <TextInput
            label={t("grants.noteLabel")}
            description={t("grants.noteHint")}
            maxLength={maxReason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("actions.keep")}
            </Button>
            <Button type="submit" loading={grant.isPending}>
              {t("grants.grant")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

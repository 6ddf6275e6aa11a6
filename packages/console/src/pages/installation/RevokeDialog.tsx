import type { GrantDetail } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Mono } from "../../ui/Mono.tsx";
import { useRevokeGrant } from "./use-revoke-grant.ts";

export interface RevokeDialogProps {
  readonly installation: string;
  readonly grant: GrantDetail;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const maxReason = 280;

/** Asks before a grant is taken back, and for why. */
export function RevokeDialog({ installation, grant, isOpen, onClose }: RevokeDialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const revoke = useRevokeGrant(installation);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === "") return;
    revoke.mutate({ grant: grant.id, reason: reason.trim() }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t("grants.revokeTitle")}
      closeButtonProps={{ "aria-label": t("actions.keep") }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Mono>{grant.resource}</Mono>
          <Text>{t("grants.revokeBody")}</Text>
          {!grant.optional && <Text>{t("grants.required")}</Text>}
          <TextInput
            data-autofocus
            required
            label={t("grants.reason")}
            description={t("grants.reasonHint")}
            maxLength={maxReason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t("actions.keep")}
            </Button>
            <Button
              type="submit"
              color="red"
              loading={revoke.isPending}
              disabled={reason.trim() === ""}
            >
              {t("grants.revoke")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

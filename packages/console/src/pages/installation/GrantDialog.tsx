import type { PermissionView } from "@berth/protocol/api";
import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PermissionList } from "../../features/permissions/PermissionList.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";
import { ReasonInput } from "../../ui/ReasonInput.tsx";
import { useGrantPermission } from "./use-grant-permission.ts";

export interface GrantDialogProps {
  readonly installation: string;
  readonly permission: PermissionView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The last moment of a day of the reader's own clock; null for no day. */
function endOfDay(day: string): string | null {
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}

/** Shows once more what is granted, with its conditions, and until when. */
export function GrantDialog({ isOpen, ...form }: GrantDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog isOpen={isOpen} title={t("grants.grantTitle")} onClose={form.onClose}>
      <GrantForm {...form} />
    </Dialog>
  );
}

function GrantForm({ installation, permission, onClose }: Omit<GrantDialogProps, "isOpen">) {
  const { t } = useTranslation();
  const [day, setDay] = useState("");
  const [reason, setReason] = useState("");
  const grant = useGrantPermission(installation);
  const submit = () =>
    grant.mutate(
      { permission, expiresAt: endOfDay(day), reason: reason.trim() },
      { onSuccess: onClose },
    );
  return (
    <DialogForm
      submitLabel={t("grants.grant")}
      isBusy={grant.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <PermissionList permissions={[permission]} />
      <Text>{t("grants.grantBody")}</Text>
      <TextInput
        type="date"
        label={t("grants.expiry")}
        description={t("grants.expiryHint")}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <ReasonInput
        label={t("grants.noteLabel")}
        hint={t("grants.noteHint")}
        value={reason}
        onChange={setReason}
      />
    </DialogForm>
  );
}

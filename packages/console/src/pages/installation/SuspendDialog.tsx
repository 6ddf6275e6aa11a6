import type { InstallationDetail } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";
import { ReasonInput } from "../../ui/ReasonInput.tsx";
import { useSuspend } from "./use-suspend.ts";

export interface SuspendDialogProps {
  readonly installation: InstallationDetail;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function SuspendDialog({ isOpen, installation, onClose }: SuspendDialogProps) {
  const { t } = useTranslation();
  const title = t("installation.suspendTitle", { app: installation.title });
  return (
    <Dialog isOpen={isOpen} title={title} onClose={onClose}>
      <SuspendForm installation={installation} onClose={onClose} />
    </Dialog>
  );
}

function SuspendForm({ installation, onClose }: Omit<SuspendDialogProps, "isOpen">) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const suspend = useSuspend(installation);
  return (
    <DialogForm
      submitLabel={t("installation.suspend")}
      isBusy={suspend.isPending}
      onSubmit={() => suspend.mutate(reason.trim(), { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text>{t("installation.suspendBody")}</Text>
      <ReasonInput
        hasFocus
        label={t("installation.reason")}
        hint={t("installation.reasonHint")}
        value={reason}
        onChange={setReason}
      />
    </DialogForm>
  );
}

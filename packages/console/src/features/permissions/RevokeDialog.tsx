import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { ReasonInput } from "../../ui/ReasonInput.tsx";
import { useRevokeGrant } from "./use-revoke-grant.ts";

export interface RevokeDialogProps {
  readonly installation: string;
  readonly grant: {
    readonly id: string;
    readonly resource: string;
    /** False: the app said that it does not work without it. */
    readonly optional: boolean;
  };
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks before a grant is taken back, and for why. */
export function RevokeDialog({ isOpen, ...form }: RevokeDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog isOpen={isOpen} title={t("grants.revokeTitle")} onClose={form.onClose}>
      <RevokeForm {...form} />
    </Dialog>
  );
}

function RevokeForm({ installation, grant, onClose }: Omit<RevokeDialogProps, "isOpen">) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const revoke = useRevokeGrant(installation);
  const why = reason.trim();
  return (
    <DialogForm
      submitLabel={t("grants.revoke")}
      isBusy={revoke.isPending}
      isReady={why !== ""}
      isDestructive
      onSubmit={() => revoke.mutate({ grant: grant.id, reason: why }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Mono>{grant.resource}</Mono>
      <Text>{t("grants.revokeBody")}</Text>
      {!grant.optional && <Text>{t("grants.required")}</Text>}
      <ReasonInput
        hasFocus
        isRequired
        label={t("grants.reason")}
        hint={t("grants.reasonHint")}
        value={reason}
        onChange={setReason}
      />
    </DialogForm>
  );
}

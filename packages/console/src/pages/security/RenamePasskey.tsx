import type { PasskeyView } from "@berth/protocol/api";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRenamePasskey } from "../../features/security/use-passkeys.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";

export interface RenamePasskeyProps {
  readonly passkey: PasskeyView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const maxName = 80;

/** The name is for its owner alone: it changes nothing about signing in. */
export function RenamePasskey({ passkey, isOpen, onClose }: RenamePasskeyProps) {
  const { t } = useTranslation();
  const title = t("passkeys.renameOne", { name: passkey.name });
  return (
    <Dialog isOpen={isOpen} title={title} onClose={onClose}>
      <RenameForm passkey={passkey} onClose={onClose} />
    </Dialog>
  );
}

function RenameForm({ passkey, onClose }: Omit<RenamePasskeyProps, "isOpen">) {
  const { t } = useTranslation();
  const [name, setName] = useState(passkey.name);
  const rename = useRenamePasskey();
  const next = name.trim();
  return (
    <DialogForm
      submitLabel={t("passkeys.rename")}
      isBusy={rename.isPending}
      isReady={next !== "" && next !== passkey.name}
      error={rename.error}
      onSubmit={() => rename.mutate({ passkey: passkey.id, name: next }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={t("passkeys.name")}
        description={t("passkeys.nameHint")}
        maxLength={maxName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </DialogForm>
  );
}

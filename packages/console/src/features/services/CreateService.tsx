import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";
import { useApi } from "../api/use-api.ts";
import { PermissionChoice } from "../people/PermissionChoice.tsx";
import { type ServiceOwner, serviceCalls } from "./service-calls.ts";
import { useHeldThere, useServiceAct } from "./use-services.ts";

export interface CreateServiceProps {
  readonly owner: ServiceOwner;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const maxName = 80;

/** Names a new service principal, and says what it may do. */
export function CreateService({ owner, isOpen, onClose }: CreateServiceProps) {
  const { t } = useTranslation();
  return (
    <Dialog isOpen={isOpen} size="lg" title={t("services.make")} onClose={onClose}>
      <CreateForm owner={owner} onClose={onClose} />
    </Dialog>
  );
}

function CreateForm({ owner, onClose }: Omit<CreateServiceProps, "isOpen">) {
  const { t } = useTranslation();
  const { all } = serviceCalls(useApi(), owner);
  const held = useHeldThere(owner);
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const create = useServiceAct(owner, (calls) => calls.create(name.trim(), chosen), {
    done: t("services.made", { name: name.trim() }),
    isErrorShown: true,
  });
  return (
    <DialogForm
      submitLabel={t("services.make")}
      isBusy={create.isPending}
      isReady={name.trim() !== "" && chosen.length > 0}
      error={create.error}
      onSubmit={() => create.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={t("services.name")}
        description={t("services.nameHint")}
        maxLength={maxName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PermissionChoice all={all} held={held} value={chosen} onChange={setChosen} />
    </DialogForm>
  );
}

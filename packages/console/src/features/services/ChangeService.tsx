import type { ServiceView } from "@berth/protocol/api";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";
import { useApi } from "../api/use-api.ts";
import { PermissionChoice } from "../people/PermissionChoice.tsx";
import { type ServiceOwner, serviceCalls } from "./service-calls.ts";
import { useHeldThere, useServiceAct } from "./use-services.ts";

export interface ChangeServiceProps {
  readonly owner: ServiceOwner;
  readonly service: ServiceView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Changes what a service principal may do. It holds from its next call on. */
export function ChangeService({ owner, service, isOpen, onClose }: ChangeServiceProps) {
  const { t } = useTranslation();
  const { name } = service;
  return (
    <Dialog isOpen={isOpen} size="lg" title={t("services.changeOne", { name })} onClose={onClose}>
      <ChangeForm owner={owner} service={service} onClose={onClose} />
    </Dialog>
  );
}

function ChangeForm({ owner, service, onClose }: Omit<ChangeServiceProps, "isOpen">) {
  const { t } = useTranslation();
  const { all } = serviceCalls(useApi(), owner);
  const held = useHeldThere(owner);
  const { id, name } = service;
  const [chosen, setChosen] = useState<readonly string[]>(service.permissions);
  const save = useServiceAct(owner, (calls) => calls.update(id, { permissions: chosen }), {
    done: t("services.changed", { name }),
    isErrorShown: true,
  });
  return (
    <DialogForm
      submitLabel={t("services.save")}
      isBusy={save.isPending}
      isReady={chosen.length > 0}
      error={save.error}
      onSubmit={() => save.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <PermissionChoice all={all} held={held} value={chosen} onChange={setChosen} />
    </DialogForm>
  );
}

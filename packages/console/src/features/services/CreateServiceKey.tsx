import type { ServiceView } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LifetimeSelect } from "../../ui/LifetimeSelect.tsx";
import { PermissionLines } from "../people/PermissionLines.tsx";
import { StepUpDialog } from "../security/StepUpDialog.tsx";
import { useStepUp } from "../security/use-step-up.ts";
import { KeyOnce } from "../settings/KeyOnce.tsx";
import type { ServiceOwner } from "./service-calls.ts";
import { useServiceAct } from "./use-services.ts";

export interface CreateServiceKeyProps {
  readonly owner: ServiceOwner;
  readonly service: ServiceView;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const lifetimesDays = [30, 90, 365, 730];
const firstDays = 90;

/** Makes a key, then shows its secret the one time that it can be seen. */
export function CreateServiceKey({ isOpen, onClose, owner, service }: CreateServiceKeyProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t("services.keyFor", { name: service.name })}
      closeButtonProps={{ "aria-label": t("actions.close") }}
      // The secret is shown once: a stray click beside the dialog must not lose it.
      closeOnClickOutside={false}
    >
      <KeyForm owner={owner} service={service} onDone={onClose} />
    </Modal>
  );
}

interface KeyFormProps {
  readonly owner: ServiceOwner;
  readonly service: ServiceView;
  readonly onDone: () => void;
}

/** Apart, so that the secret is gone when the dialog opens again. */
function KeyForm({ owner, service, onDone }: KeyFormProps) {
  const { t } = useTranslation();
  const [days, setDays] = useState<number | null>(firstDays);
  const stepUp = useStepUp();
  const create = useServiceAct(
    owner,
    (calls) => stepUp.run(() => calls.createKey(service.id, days)),
    { isErrorShown: true },
  );
  if (create.data) {
    return <KeyOnce secret={create.data.secret} onDone={onDone} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <div>
          <Text>{t("services.keyMay")}</Text>
          <PermissionLines permissions={service.permissions} />
        </div>
        <LifetimeSelect
          label={t("apiKeys.lifetime")}
          value={days}
          onChange={setDays}
          days={lifetimesDays}
        />
        {create.isError && <ErrorAlert error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {t("services.newKey")}
          </Button>
        </Group>
      </Stack>
      <StepUpDialog stepUp={stepUp} />
    </form>
  );
}

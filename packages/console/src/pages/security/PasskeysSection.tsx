import type { PasskeyView } from "@berth/protocol/api";
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { StepUpDialog } from "../../features/security/StepUpDialog.tsx";
import {
  useAddPasskey,
  useDeletePasskey,
  usePasskeys,
} from "../../features/security/use-passkeys.ts";
import { useSecondFactor } from "../../features/security/use-second-factor.ts";
import { type StepUp, useStepUp } from "../../features/security/use-step-up.ts";
import { hasPasskeys, isCancelled } from "../../features/security/webauthn.ts";
import { Ago } from "../../ui/Ago.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { RenamePasskey } from "./RenamePasskey.tsx";

export function PasskeysSection() {
  const { t } = useTranslation();
  const passkeys = usePasskeys();
  const stepUp = useStepUp();
  const [isAdding, adding] = useDisclosure(false);
  const hasRows = (passkeys.data?.length ?? 0) > 0;
  return (
    <Section
      title={t("passkeys.title")}
      description={t("passkeys.hint")}
      isFlush={hasRows}
      actions={
        hasPasskeys() && (
          <Button variant="default" onClick={adding.open}>
            {t("passkeys.add")}
          </Button>
        )
      }
    >
      <QueryView query={passkeys} loading={<LoadingRows count={1} />}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{hasPasskeys() ? t("passkeys.empty") : t("passkeys.none")}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map((passkey) => (
                <PasskeyRow
                  key={passkey.id}
                  passkey={passkey}
                  isLast={found.length === 1}
                  stepUp={stepUp}
                />
              ))}
            </ul>
          )
        }
      </QueryView>
      <Modal
        opened={isAdding}
        onClose={adding.close}
        title={t("passkeys.add")}
        closeButtonProps={{ "aria-label": t("actions.close") }}
      >
        <AddPasskey stepUp={stepUp} onDone={adding.close} />
      </Modal>
      <StepUpDialog stepUp={stepUp} />
    </Section>
  );
}

function AddPasskey({ stepUp, onDone }: { readonly stepUp: StepUp; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const add = useAddPasskey(stepUp);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") add.mutate(name.trim(), { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t("passkeys.addBody")}</Text>
        {add.isError &&
          (isCancelled(add.error) ? (
            <Text c="dimmed" role="status">
              {t("passkeys.cancelled")}
            </Text>
          ) : (
            <ErrorAlert error={add.error} />
          ))}
        <TextInput
          data-autofocus
          label={t("passkeys.name")}
          description={t("passkeys.nameHint")}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending} disabled={name.trim() === ""}>
            {t("passkeys.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PasskeyRowProps {
  readonly passkey: PasskeyView;
  readonly isLast: boolean;
  readonly stepUp: StepUp;
}

function PasskeyRow({ passkey, isLast, stepUp }: PasskeyRowProps) {
  const { t } = useTranslation();
  const factor = useSecondFactor();
  const [isAsking, asking] = useDisclosure(false);
  const [isNaming, naming] = useDisclosure(false);
  const remove = useDeletePasskey(stepUp);
  const { name } = passkey;
  const shutsOut = isLast && factor.data?.isRequired === true && !factor.data.isOn;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{name}</Text>
        <Text size="xs" c="dimmed" component="div">
          <Ago at={passkey.createdAt} /> ·{" "}
          {passkey.isSynced ? t("passkeys.synced") : t("passkeys.onDevice")}
        </Text>
      </div>
      <div className={classes.actions}>
        <Button
          variant="default"
          onClick={naming.open}
          aria-label={t("passkeys.renameOne", { name })}
        >
          {t("passkeys.rename")}
        </Button>
        <Button
          variant="default"
          onClick={asking.open}
          aria-label={t("passkeys.removeOne", { name })}
        >
          {t("passkeys.remove")}
        </Button>
      </div>
      <RenamePasskey passkey={passkey} isOpen={isNaming} onClose={naming.close} />
      <ConfirmDialog
        isOpen={isAsking}
        title={t("passkeys.removeOne", { name })}
        confirmLabel={t("passkeys.remove")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(passkey.id, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("passkeys.removeBody")}
        {shutsOut && (
          <Alert color="amber" mt="sm">
            <Text c="var(--mantine-color-text)">{t("secondFactor.lastOne")}</Text>
          </Alert>
        )}
      </ConfirmDialog>
    </li>
  );
}

import type { InstallationDetail } from "@berth/protocol/api";
import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./SecretRow.module.css";
import { useDeleteSecret } from "./use-delete-secret.ts";
import { usePutSecret } from "./use-put-secret.ts";

export interface SecretRowProps {
  readonly installation: string;
  readonly secret: InstallationDetail["secrets"][number];
}

/** A secret by its fingerprint: its value can be replaced or forgotten, never seen. */
export function SecretRow({ installation, secret }: SecretRowProps) {
  const { t } = useTranslation();
  const [isSetting, setting] = useDisclosure(false);
  const [isForgetting, forgetting] = useDisclosure(false);
  const forget = useDeleteSecret(installation);
  const isSet = secret.fingerprint !== null;
  return (
    <div className={classes.root}>
      <div className={classes.words}>
        <Mono>{secret.name}</Mono>
        <Text c="dimmed">{secret.description}</Text>
        <Text size="xs" c="dimmed" component="div">
          {secret.fingerprint === null ? (
            t(secret.optional ? "secrets.unsetOptional" : "secrets.unset")
          ) : (
            <>
              {t("secrets.fingerprint")} <Mono>{secret.fingerprint}</Mono>
            </>
          )}
        </Text>
      </div>
      <Group gap="xs">
        <Button
          variant="default"
          onClick={setting.open}
          aria-label={t(isSet ? "secrets.replaceOne" : "secrets.setOne", { name: secret.name })}
        >
          {isSet ? t("secrets.replace") : t("secrets.set")}
        </Button>
        {isSet && (
          <Button
            variant="default"
            onClick={forgetting.open}
            aria-label={t("secrets.forgetOne", { name: secret.name })}
          >
            {t("secrets.forget")}
          </Button>
        )}
      </Group>
      <Modal
        opened={isSetting}
        onClose={setting.close}
        title={t("secrets.setOne", { name: secret.name })}
      >
        <SecretForm installation={installation} name={secret.name} onDone={setting.close} />
      </Modal>
      <ConfirmDialog
        isOpen={isForgetting}
        title={t("secrets.forgetOne", { name: secret.name })}
        confirmLabel={t("secrets.forget")}
        isBusy={forget.isPending}
        onConfirm={() => forget.mutate(secret.name, { onSuccess: forgetting.close })}
        onClose={forgetting.close}
      >
        {t("secrets.forgetBody")}
      </ConfirmDialog>
    </div>
  );
}

function SecretForm({
  installation,
  name,
  onDone,
}: {
  readonly installation: string;
  readonly name: string;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const [value, setValue] = useState("");
  const put = usePutSecret(installation);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value !== "") put.mutate({ name, value }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          data-autofocus
          label={t("secrets.value")}
          description={t("secrets.once")}
          autoComplete="off"
          maxLength={10_000}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={put.isPending} disabled={value === ""}>
            {t("secrets.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

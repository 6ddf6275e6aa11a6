import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAddKey } from "../../features/publisher/use-add-key.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";

export interface AddKeyFormProps {
  readonly publisher: string;
  readonly onAdded: () => void;
}

/** 32 bytes in base64. */
const publicKeyForm = /^[A-Za-z0-9+/]{43}=$/;

export function AddKeyForm({ publisher, onAdded }: AddKeyFormProps) {
  const { t } = useTranslation();
  const [label, setLabel] = useState("");
  const [publicKey, setPublicKey] = useState("");
  const [isTried, setIsTried] = useState(false);
  const add = useAddKey(publisher);
  const isKey = publicKeyForm.test(publicKey.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (!isKey || label.trim() === "") return;
    add.mutate({ publicKey: publicKey.trim(), label: label.trim() }, { onSuccess: onAdded });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          data-autofocus
          label={t("keys.label")}
          description={t("keys.labelHint")}
          maxLength={80}
          value={label}
          error={isTried && label.trim() === "" ? t("config.required") : null}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <TextInput
          label={t("keys.publicKey")}
          description={t("keys.publicKeyHint")}
          spellCheck={false}
          ff="monospace"
          value={publicKey}
          error={isTried && !isKey ? t("keys.publicKeyRule") : null}
          onChange={(event) => setPublicKey(event.currentTarget.value)}
        />
        {add.isError && <ErrorAlert error={add.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending}>
            {t("keys.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

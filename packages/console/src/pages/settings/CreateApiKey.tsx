import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCreateApiKey } from "../../features/settings/use-create-api-key.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./ApiKeysSection.module.css";

const lifetimesDays = ["30", "90", "365"];

/** Names a key, then shows its secret the one time that it can be seen. */
export function CreateApiKey({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [days, setDays] = useState<string | null>("90");
  const create = useCreateApiKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    create.mutate({
      name: name.trim(),
      ...(days === null || days === "" ? {} : { expiresInDays: Number(days) }),
    });
  };
  if (create.data) {
    return (
      <Stack>
        <Text>{t("apiKeys.once")}</Text>
        <div className={classes.secret}>
          <Mono>{create.data.secret}</Mono>
          <CopyButton value={create.data.secret} what={t("apiKeys.secret")} />
        </div>
        <Group justify="flex-end">
          <Button onClick={onDone}>{t("apiKeys.kept")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label={t("apiKeys.name")}
          description={t("apiKeys.nameHint")}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t("apiKeys.lifetime")}
          allowDeselect={false}
          value={days}
          onChange={setDays}
          data={[
            ...lifetimesDays.map((value) => ({
              value,
              label: t("posture.days", { count: Number(value), number: value }),
            })),
            { value: "", label: t("apiKeys.noEnd") },
          ]}
        />
        {create.isError && <ErrorAlert error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
            {t("apiKeys.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

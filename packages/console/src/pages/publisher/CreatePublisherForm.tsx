import { isSlug } from "@berth/protocol";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCreatePublisher } from "../../features/publisher/use-create-publisher.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";

export function CreatePublisherForm({ onCreated }: { readonly onCreated: (name: string) => void }) {
  const { t } = useTranslation();
  const [displayName, setDisplayName] = useState("");
  const [name, setName] = useState("");
  const [isTried, setIsTried] = useState(false);
  const create = useCreatePublisher();
  const problems = {
    displayName: displayName.trim() === "" ? t("config.required") : null,
    name: isSlug(name) ? null : t("publisher.slugRule"),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (problems.displayName !== null || problems.name !== null) return;
    create.mutate(
      { name, displayName: displayName.trim() },
      { onSuccess: (created) => onCreated(created.name) },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          data-autofocus
          label={t("publisher.displayName")}
          maxLength={80}
          value={displayName}
          error={isTried ? problems.displayName : null}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <TextInput
          label={t("publisher.name")}
          description={t("publisher.nameHint")}
          maxLength={64}
          spellCheck={false}
          value={name}
          error={isTried ? problems.name : null}
          onChange={(event) => setName(event.currentTarget.value.toLowerCase())}
        />
        {create.isError && <ErrorAlert error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {t("publisher.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

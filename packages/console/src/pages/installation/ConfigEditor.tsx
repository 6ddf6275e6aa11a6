import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { ConfigFields } from "../../features/config-form/ConfigFields.tsx";
import { useConfigForm } from "../../features/config-form/use-config-form.ts";
import { installationKey } from "../../features/installations/installation-key.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { useToast } from "../../ui/use-toast.ts";

export interface ConfigEditorProps {
  readonly installation: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly stored: Readonly<Record<string, unknown>>;
}

export function ConfigEditor({ installation, schema, stored }: ConfigEditorProps) {
  const { t } = useTranslation();
  const api = useApi();
  const organization = useOrganizationSlug();
  const cache = useQueryClient();
  const toast = useToast();
  const form = useConfigForm(schema, stored);
  const save = useMutation({
    mutationFn: (config: Readonly<Record<string, unknown>>) =>
      api.call("putConfig", { params: { organization, installation }, body: { config } }),
    onSuccess: ({ config }) => {
      cache.setQueryData([...installationKey(organization, installation), "config"], config);
      toast.success(t("config.saved"));
    },
    onError: (error) => {
      form.showRefusal(error);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const config = form.read();
    if (config) save.mutate(config);
  };
  if (form.fields.length === 0) return <Text c="dimmed">{t("installation.noConfig")}</Text>;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <ConfigFields
          fields={form.fields}
          values={form.values}
          problems={form.problems}
          onChange={form.change}
        />
        {save.isError && <ErrorAlert error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t("config.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

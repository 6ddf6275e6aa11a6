import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { CodeInput } from "../../features/security/CodeInput.tsx";
import { secondFactorKey, useSecondFactor } from "../../features/security/use-second-factor.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";

/** Asks for both: a session that lies open must not take a factor away. */
export function EndSecondFactor({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const factor = useSecondFactor();
  const end = useMutation({
    mutationFn: () =>
      api.call("endSecondFactor", { body: { code, ...(password === "" ? {} : { password }) } }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: secondFactorKey });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code !== "") end.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t("secondFactor.endBody")}</Text>
        {factor.data?.isRequired && !factor.data.hasPasskey && (
          <Alert color="amber">
            <Text c="var(--mantine-color-text)">{t("secondFactor.lastOne")}</Text>
          </Alert>
        )}
        {end.isError && <ErrorAlert error={end.error} />}
        <CodeInput hasFocus value={code} onChange={setCode} />
        <PasswordInput
          label={t("password.current")}
          description={t("password.currentHint")}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
        <Group justify="flex-end">
          <Button type="submit" color="red" loading={end.isPending} disabled={code === ""}>
            {t("secondFactor.end")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { CodeInput } from "../../features/security/CodeInput.tsx";
import { secondFactorKey } from "../../features/security/use-second-factor.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { BackupCodes } from "./BackupCodes.tsx";

export function RenewBackupCodes({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const [code, setCode] = useState("");
  const renew = useMutation({
    gcTime: 0,
    mutationFn: () => api.call("renewBackupCodes", { body: { code } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: secondFactorKey }),
  });
  if (renew.data) return <BackupCodes codes={renew.data.backupCodes} onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code !== "") renew.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t("secondFactor.renewBody")}</Text>
        {renew.isError && <ErrorAlert error={renew.error} />}
        <CodeInput hasFocus value={code} onChange={setCode} />
        <Group justify="flex-end">
          <Button type="submit" loading={renew.isPending} disabled={code === ""}>
            {t("secondFactor.renew")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { CodeInput } from "../../features/security/CodeInput.tsx";
import { StepUpDialog } from "../../features/security/StepUpDialog.tsx";
import { secondFactorKey } from "../../features/security/use-second-factor.ts";
import { useStepUp } from "../../features/security/use-step-up.ts";
import { Copied } from "../../ui/Copied.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { BackupCodes } from "./BackupCodes.tsx";
import { QrCode } from "./QrCode.tsx";
import classes from "./SecurityCodes.module.css";

/** Password, then the app's code, then the backup codes. */
export function SetUpSecondFactor({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const stepUp = useStepUp();
  const [password, setPassword] = useState("");
  const begin = useMutation({
    gcTime: 0,
    mutationFn: () =>
      stepUp.run(() =>
        api.call("beginSecondFactor", { body: password === "" ? {} : { password } }),
      ),
  });
  if (begin.data) return <ConfirmSecondFactor {...begin.data} onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t("secondFactor.setUpBody")}</Text>
        {begin.isError && <ErrorAlert error={begin.error} />}
        <PasswordInput
          data-autofocus
          label={t("password.current")}
          description={t("password.currentHint")}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={begin.isPending}>
            {t("secondFactor.next")}
          </Button>
        </Group>
      </Stack>
      <StepUpDialog stepUp={stepUp} />
    </form>
  );
}

function ConfirmSecondFactor({
  secret,
  uri,
  onDone,
}: {
  readonly secret: string;
  readonly uri: string;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    gcTime: 0,
    mutationFn: () => api.call("confirmSecondFactor", { body: { code } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: secondFactorKey }),
  });
  if (confirm.data) return <BackupCodes codes={confirm.data.backupCodes} onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code !== "") confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t("secondFactor.scan")}</Text>
        <QrCode text={uri} label={t("secondFactor.qr")} className={classes.qr} />
        <Copied label={t("secondFactor.secret")} value={secret} hasLabel={false} />
        {confirm.isError && <ErrorAlert error={confirm.error} />}
        <CodeInput hasFocus value={code} onChange={setCode} takesBackupCodes={false} />
        <Group justify="flex-end">
          <Button type="submit" loading={confirm.isPending} disabled={code === ""}>
            {t("secondFactor.confirm")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

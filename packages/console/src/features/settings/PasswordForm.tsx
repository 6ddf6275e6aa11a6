import { Button, PasswordInput, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { useApi } from "../api/use-api.ts";
import { useSignedInEmail } from "./use-signed-in-email.ts";

const minLength = 10;

export interface PasswordFormProps {
  /** Someone who came by a link may have no password to give as their current one. */
  readonly isFirst?: boolean;
  readonly onDone: () => void;
}

export function PasswordForm({ isFirst = false, onDone }: PasswordFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const email = useSignedInEmail();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setIsTried] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      api.call("setPassword", { body: { password, ...(current === "" ? {} : { current }) } }),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      setIsTried(false);
      onDone();
    },
  });
  const isShort = password.length < minLength;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (!isShort) save.mutate();
  };
  // After a refusal it may be that there is a password already: then it must be asked for.
  const asksCurrent = !isFirst || save.isError;

  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={380}>
        {save.isError && <ErrorAlert error={save.error} />}
        {/* Tells password managers whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        {asksCurrent && (
          <PasswordInput
            label={t("password.current")}
            description={t("password.currentHint")}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
          />
        )}
        <PasswordInput
          label={t("password.next")}
          description={t("password.rule", { count: minLength })}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={isTried && isShort ? t("password.tooShort", { count: minLength }) : null}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
        <Button type="submit" size={isFirst ? "sm" : "xs"} loading={save.isPending}>
          {t("password.save")}
        </Button>
      </Stack>
    </form>
  );
}

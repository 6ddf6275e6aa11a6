import { isBerthError } from "@berth/protocol";
import { Alert, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Navigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { askPasskey, hasPasskeys, isCancelled } from "../../features/security/webauthn.ts";
import { localPath } from "../../features/session/local-path.ts";
import { sessionKey } from "../../features/session/session-key.ts";
import { signInWithPassword } from "../../features/session/sign-in-with-password.ts";
import { useSession } from "../../features/session/use-session.ts";
import { useErrorWords } from "../../ui/use-error-words.ts";
import { SecondStep } from "./SecondStep.tsx";
import { SignInFrame } from "./SignInFrame.tsx";
import { SingleSignOn, SingleSignOnFailure } from "./SingleSignOn.tsx";

export function SignInPage() {
  const { t } = useTranslation();
  const { next, error, request } = useSearch({ from: "/sign-in" });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const words = useErrorWords();
  const session = useSession();
  const router = useRouter();
  const cache = useQueryClient();
  const api = useApi();
  const enter = async () => {
    await cache.resetQueries({ queryKey: sessionKey });
    router.history.push(localPath(next, location.origin));
  };
  const signIn = useMutation({
    mutationFn: signInWithPassword,
    onSuccess: async (step) => {
      if (step === "done") await enter();
    },
  });
  const byPasskey = useMutation({
    mutationFn: async () => {
      const response = await askPasskey(await api.call("beginPasskeySignIn"));
      await api.call("signInWithPasskey", { body: { response } });
    },
    onSuccess: enter,
  });
  const failure =
    signIn.error ??
    (byPasskey.error !== null && !isCancelled(byPasskey.error) ? byPasskey.error : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    byPasskey.reset();
    signIn.mutate({ email: email.trim(), password });
  };

  if (session.data && signIn.isIdle && byPasskey.isIdle) return <Navigate to="/" replace />;
  if (signIn.data === "second-factor") {
    return (
      <SecondStep
        onDone={enter}
        onStartOver={() => {
          setPassword("");
          signIn.reset();
        }}
      />
    );
  }
  return (
    <SignInFrame title={t("signIn.title")} subtitle={t("signIn.subtitle")}>
      {error !== undefined && <SingleSignOnFailure code={error} request={request} />}
      <form onSubmit={submit}>
        <Stack gap="sm">
          {failure !== null && (
            <Alert color="red" role="alert">
              <Text c="var(--mantine-color-text)">
                {isBerthError(failure, "AUTH_REQUIRED") ? t("signIn.wrong") : words(failure).detail}
              </Text>
            </Alert>
          )}
          <TextInput
            type="email"
            name="email"
            label={t("signIn.email")}
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            name="password"
            label={t("signIn.password")}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
          />
          <Button type="submit" size="sm" fullWidth mt={4} loading={signIn.isPending}>
            {t("signIn.submit")}
          </Button>
        </Stack>
      </form>
      <SingleSignOn email={email} next={next} />
      {hasPasskeys() && (
        <>
          <Divider label={t("signIn.or")} />
          <Button
            variant="default"
            size="sm"
            fullWidth
            loading={byPasskey.isPending}
            onClick={() => {
              signIn.reset();
              byPasskey.mutate();
            }}
          >
            {t("signIn.passkey")}
          </Button>
        </>
      )}
      <Text size="xs" c="dimmed">
        {t("signIn.linkHint")}
      </Text>
    </SignInFrame>
  );
}

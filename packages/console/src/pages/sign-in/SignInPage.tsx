import { isBerthError } from "@berth/protocol";
import { Alert, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Navigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { localPath } from "../../features/session/local-path.ts";
import { sessionKey } from "../../features/session/session-key.ts";
import { signInWithPassword } from "../../features/session/sign-in-with-password.ts";
import { useSession } from "../../features/session/use-session.ts";
import { useErrorWords } from "../../ui/use-error-words.ts";
import { SignInFrame } from "./SignInFrame.tsx";

export function SignInPage() {
  const { t } = useTranslation();
  const { next } = useSearch({ from: "/sign-in" });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const words = useErrorWords();
  const session = useSession();
  const router = useRouter();
  const cache = useQueryClient();
  const signIn = useMutation({
    mutationFn: signInWithPassword,
    onSuccess: async () => {
      await cache.resetQueries({ queryKey: sessionKey });
      router.history.push(localPath(next, location.origin));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email: email.trim(), password });
  };

  if (session.data && signIn.isIdle) return <Navigate to="/" replace />;
  return (
    <SignInFrame title={t("signIn.title")} subtitle={t("signIn.subtitle")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {signIn.isError && (
            <Alert color="red" role="alert">
              <Text c="var(--mantine-color-text)">
                {isBerthError(signIn.error, "AUTH_REQUIRED")
                  ? t("signIn.wrong")
                  : words(signIn.error).detail}
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
      <Text size="xs" c="dimmed">
        {t("signIn.linkHint")}
      </Text>
    </SignInFrame>
  );
}

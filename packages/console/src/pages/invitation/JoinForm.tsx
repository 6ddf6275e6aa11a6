import { isBerthError } from "@berth/protocol";
import {
  Alert,
  Button,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { rememberOrganization } from "../../features/session/chosen-organization.ts";
import { sessionKey } from "../../features/session/session-key.ts";
import { signInWithPassword } from "../../features/session/sign-in-with-password.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";

const minLength = 10;

export interface JoinFormProps {
  readonly token: string;
  /** The address that the invitation is for. */
  readonly email: string;
}

/** As somebody new, by a name and a password; or by signing in. Which of them one is, the server does not say. */
export function JoinForm({ token, email }: JoinFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [kind, setKind] = useState("new");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setIsTried] = useState(false);
  const isNew = kind === "new";
  const isShort = isNew && password.length < minLength;

  const enter = useMutation({
    mutationFn: async () => {
      const joined = isNew
        ? await api.call("joinByInvitation", { body: { token, name: name.trim(), password } })
        : undefined;
      await signInWithPassword({ email, password });
      const session = await api.call("getSession");
      const isIn = session.organizations.some(({ slug }) => slug === joined?.organization);
      // Whoever had an account, with this very password, has not accepted yet.
      return isIn
        ? joined?.organization
        : (await api.call("acceptInvitation", { body: { token } })).organization;
    },
    onSuccess: async (organization) => {
      if (organization !== undefined) rememberOrganization(organization);
      await cache.resetQueries({ queryKey: sessionKey });
      await navigate({ to: "/", replace: true });
    },
    onError: (error) => {
      if (isNew && isBerthError(error, "AUTH_REQUIRED")) setKind("known");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (isShort || (isNew && name.trim() === "") || password === "") return;
    enter.mutate();
  };
  const isKnown = isBerthError(enter.error, "AUTH_REQUIRED");
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl
          fullWidth
          aria-label={t("invitation.who")}
          value={kind}
          onChange={(next) => {
            setKind(next);
            setIsTried(false);
          }}
          data={[
            { value: "new", label: t("invitation.new") },
            { value: "known", label: t("invitation.known") },
          ]}
        />
        {isKnown && (
          <Alert color="amber" role="alert">
            <Text c="var(--mantine-color-text)">{t("invitation.hasAccount")}</Text>
          </Alert>
        )}
        {enter.isError && !isKnown && <ErrorAlert error={enter.error} />}
        <TextInput
          type="email"
          name="email"
          label={t("signIn.email")}
          autoComplete="username"
          value={email}
          readOnly
        />
        {isNew && (
          <TextInput
            name="name"
            label={t("settings.name")}
            autoComplete="name"
            maxLength={120}
            value={name}
            error={isTried && name.trim() === "" ? t("config.required") : null}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <PasswordInput
          name="password"
          label={isNew ? t("password.next") : t("signIn.password")}
          {...(isNew ? { description: t("password.rule", { count: minLength }) } : {})}
          autoComplete={isNew ? "new-password" : "current-password"}
          value={password}
          error={isTried && isShort ? t("password.tooShort", { count: minLength }) : null}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
        <Button type="submit" size="sm" fullWidth loading={enter.isPending}>
          {t("invitation.accept")}
        </Button>
      </Stack>
    </form>
  );
}

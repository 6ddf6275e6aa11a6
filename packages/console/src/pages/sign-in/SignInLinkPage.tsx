import { BerthError } from "@berth/protocol";
import { Button, Center, Loader, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { sessionKey } from "../../features/session/session-key.ts";
import { takeLinkToken } from "../../features/session/take-link-token.ts";
import { PasswordForm } from "../../features/settings/PasswordForm.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { SignInFrame } from "./SignInFrame.tsx";

/** Signs in by a single-use link, then offers to set a password. */
export function SignInLinkPage() {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [token] = useState(() => takeLinkToken(window));
  const { mutate, ...redeeming } = useMutation({
    mutationKey: ["redeem-link"],
    mutationFn: (given: string) => api.call("redeemSignInLink", { body: { token: given } }),
    onSuccess: (session) => cache.setQueryData(sessionKey, session),
  });

  useEffect(() => {
    if (token === undefined) return;
    // Effects run twice while developing, and the token works once.
    const isSent = cache.isMutating({ mutationKey: ["redeem-link"] }) > 0;
    if (!isSent) mutate(token);
  }, [token, mutate, cache]);

  const leave = () => void navigate({ to: "/", replace: true });
  if (redeeming.data) {
    return (
      <SignInFrame
        title={t("signInLink.welcome", { name: redeeming.data.person.name })}
        subtitle={t("signInLink.setPassword")}
      >
        <PasswordForm isFirst onDone={leave} />
        <Button variant="subtle" color="gray" onClick={leave}>
          {t("signInLink.later")}
        </Button>
      </SignInFrame>
    );
  }
  const error =
    token === undefined
      ? new BerthError("SIGN_IN_LINK_INVALID", t("signInLink.noToken"))
      : redeeming.error;
  return (
    <SignInFrame title={t("signInLink.title")}>
      {error ? (
        <Stack>
          <ErrorAlert error={error} />
          <RouterButton to="/sign-in" variant="default" size="sm">
            {t("signInLink.byPassword")}
          </RouterButton>
        </Stack>
      ) : (
        <Center py="md">
          <Loader size="sm" aria-label={t("states.loading")} />
        </Center>
      )}
    </SignInFrame>
  );
}

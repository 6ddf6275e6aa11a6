import { BerthError } from "@berth/protocol";
import type { SessionView } from "@berth/protocol/api";
import { Alert, Button, Center, Loader, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { rememberOrganization } from "../../features/session/chosen-organization.ts";
import { sessionKey } from "../../features/session/session-key.ts";
import { takeLinkToken } from "../../features/session/take-link-token.ts";
import { useSession } from "../../features/session/use-session.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { SignInFrame } from "../sign-in/SignInFrame.tsx";
import { JoinForm } from "./JoinForm.tsx";

/**
 * Accepts an invitation: signed in, by pressing once; else as somebody new, or by signing in here. The
 * token stays in this page's memory.
 */
export function InvitationPage() {
  const { t } = useTranslation();
  const api = useApi();
  const words = useRoleWords();
  const session = useSession();
  const [token] = useState(() => takeLinkToken(window));
  const about = useQuery({
    queryKey: ["invitation"],
    enabled: token !== undefined,
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      api.call("describeInvitation", { body: { token: token ?? "" } }, { signal }),
  });
  if (token === undefined) {
    return (
      <SignInFrame title={t("invitation.title")}>
        <Failed error={new BerthError("INVITATION_INVALID", t("signInLink.noToken"))} />
      </SignInFrame>
    );
  }
  if (session.isPending || about.isPending) {
    return (
      <SignInFrame title={t("invitation.title")}>
        <Center py="md">
          <Loader size="sm" aria-label={t("states.loading")} />
        </Center>
      </SignInFrame>
    );
  }
  const found = about.data;
  const title =
    found === undefined
      ? t("invitation.title")
      : t("invitation.to", { organization: found.organization.name });
  const subtitle =
    found === undefined
      ? undefined
      : t("invitation.about", {
          ...{ name: found.invitedBy, role: words(found.roleName, found.roleName) },
        });
  return (
    <SignInFrame title={title} {...(subtitle === undefined ? {} : { subtitle })}>
      {session.data ? (
        <Accept session={session.data} token={token} email={found?.email} />
      ) : found === undefined ? (
        <Failed error={about.error} />
      ) : (
        <JoinForm token={token} email={found.email} />
      )}
    </SignInFrame>
  );
}

function Failed({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <ErrorAlert error={error} />
      <RouterButton to="/" variant="default" size="sm">
        {t("invitation.away")}
      </RouterButton>
    </Stack>
  );
}

interface AcceptProps {
  readonly session: SessionView;
  readonly token: string;
  /** The address that it is for, when that can still be asked. */
  readonly email: string | undefined;
}

function Accept({ session, token, email }: AcceptProps) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const accept = useMutation({
    mutationFn: () => api.call("acceptInvitation", { body: { token } }),
    onSuccess: async ({ organization }) => {
      rememberOrganization(organization);
      await cache.invalidateQueries({ queryKey: sessionKey });
      await navigate({ to: "/", replace: true });
    },
  });
  const isOther = email !== undefined && email !== session.person.email.toLowerCase();
  return (
    <Stack>
      {isOther && (
        <Alert color="amber">
          <Text c="var(--mantine-color-text)">
            {t("invitation.other", { email, own: session.person.email })}
          </Text>
        </Alert>
      )}
      {accept.isError && <ErrorAlert error={accept.error} />}
      <Button
        size="sm"
        loading={accept.isPending}
        disabled={isOther}
        onClick={() => accept.mutate()}
      >
        {t("invitation.accept")}
      </Button>
      <RouterButton to="/" variant="subtle" color="gray">
        {t("invitation.away")}
      </RouterButton>
    </Stack>
  );
}

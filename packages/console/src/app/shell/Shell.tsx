import { Center, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../../features/session/use-session.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { SignedInShell } from "./SignedInShell.tsx";
import { SignInRedirect } from "./SignInRedirect.tsx";

/** Everything but signing in lies below this: it lets nobody through who is not signed in. */
export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  if (session.data) return <SignedInShell session={session.data} />;
  if (session.data === null) return <SignInRedirect />;
  if (session.isError) {
    return (
      <PageBody width="narrow">
        <ErrorAlert error={session.error} onRetry={() => void session.refetch()} />
      </PageBody>
    );
  }
  return (
    <Center component="main" h="100dvh">
      <Loader size="sm" aria-label={t("states.loading")} />
    </Center>
  );
}

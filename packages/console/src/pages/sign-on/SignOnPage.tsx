import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { useSignOn } from "../../features/sign-on/use-sign-on.ts";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { ConnectionSection } from "./ConnectionSection.tsx";
import { DomainsSection } from "./DomainsSection.tsx";
import { GroupsSection } from "./GroupsSection.tsx";
import { SignInRulesSection } from "./SignInRulesSection.tsx";
import { TokensSection } from "./TokensSection.tsx";

/** How an organization's people come in: rules, single sign-on, domains, directory and groups. */
export function SignOnPage() {
  const { t } = useTranslation();
  const { organization } = useSignedIn();
  const signOn = useSignOn();
  return (
    <PageBody width="narrow">
      <QueryView query={signOn} pageTitle={t("signOn.title")}>
        {({ connection, redirectUri, domains }) => (
          <>
            <PageHeader
              title={t("signOn.title")}
              subtitle={t("signOn.subtitle", { organization: organization?.name ?? "" })}
            />
            <Stack gap="md">
              <SignInRulesSection connection={connection} />
              <ConnectionSection
                key={connection?.updatedAt ?? ""}
                connection={connection}
                redirectUri={redirectUri}
              />
              <DomainsSection domains={domains} />
              <TokensSection />
              <GroupsSection />
            </Stack>
          </>
        )}
      </QueryView>
    </PageBody>
  );
}

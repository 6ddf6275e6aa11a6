import type { SingleSignOnView } from "@berth/protocol/api";
import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSignInRules } from "../../features/sign-on/use-sign-in-rules.ts";
import { Facts } from "../../ui/Facts.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { SecondFactorRule } from "./SecondFactorRule.tsx";

/** What is asked of everybody who comes in, whichever way. */
export function SignInRulesSection({
  connection,
}: {
  readonly connection: SingleSignOnView | null;
}) {
  const { t } = useTranslation();
  const rules = useSignInRules();
  const hours = connection?.sessionHours;
  return (
    <Section title={t("signInRules.title")} description={t("signInRules.hint")}>
      <QueryView query={rules} loading={<LoadingRows count={2} />}>
        {({ isSecondFactorRequired }) => (
          <Stack gap="md">
            <SecondFactorRule isRequired={isSecondFactorRequired} />
            <Facts
              facts={[
                {
                  label: t("signInRules.ways"),
                  value: t(
                    connection === null
                      ? "signInRules.own"
                      : connection.isRequired
                        ? "signInRules.ssoOnly"
                        : "signInRules.both",
                  ),
                },
                {
                  label: t("signInRules.sessions"),
                  value: (
                    <>
                      <div>{t("signInRules.ownSessions")}</div>
                      {hours !== undefined && (
                        <div>{t("signInRules.ssoSessions", { count: hours })}</div>
                      )}
                    </>
                  ),
                },
              ]}
            />
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

import { Alert, Switch, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { StepUpDialog } from "../../features/security/StepUpDialog.tsx";
import { useSecondFactor } from "../../features/security/use-second-factor.ts";
import { useStepUp } from "../../features/security/use-step-up.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { RouterAnchor } from "../../ui/RouterAnchor.tsx";

/**
 * Whether every member has to prove a second factor. Who has none would shut themselves out first: they
 * are told, and the server refuses.
 */
export function SecondFactorRule({ isRequired }: { readonly isRequired: boolean }) {
  const { t } = useTranslation();
  const { session, organization } = useSignedIn();
  const factor = useSecondFactor();
  const stepUp = useStepUp();
  const [isAsking, asking] = useDisclosure(false);
  const next = !isRequired;
  const set = useSignOnAct({
    act: (api, slug) =>
      stepUp.run(() =>
        api.call("setSignInRules", {
          params: { organization: slug },
          body: { isSecondFactorRequired: next },
        }),
      ),
    done: t(next ? "signInRules.asked" : "signInRules.notAsked"),
  });
  const isElsewhere = session.by !== "session";
  const hasNone = factor.data !== undefined && !factor.data.isOn && !factor.data.hasPasskey;
  const wouldShutOut = !isElsewhere && hasNone && next;
  const name = organization?.name ?? "";
  return (
    <div>
      <Switch
        label={t("signInRules.secondFactor")}
        description={t("signInRules.secondFactorHint")}
        checked={isRequired}
        disabled={isElsewhere || wouldShutOut || set.isPending}
        onChange={asking.open}
      />
      {wouldShutOut && (
        <Alert color="amber" mt="sm">
          <Text c="var(--mantine-color-text)">
            {t("signInRules.shutOut")}{" "}
            <RouterAnchor underline="always" to="/security">
              {t("signInRules.setUp")}
            </RouterAnchor>
          </Text>
        </Alert>
      )}
      {isElsewhere && (
        <Text size="xs" c="dimmed" mt={6}>
          {t("signInRules.elsewhere")}
        </Text>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t(next ? "signInRules.askTitle" : "signInRules.dropTitle")}
        confirmLabel={t(next ? "signInRules.ask" : "signInRules.drop")}
        isBusy={set.isPending}
        onConfirm={() => set.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {t(next ? "signInRules.askBody" : "signInRules.dropBody", { name })}
      </ConfirmDialog>
      <StepUpDialog stepUp={stepUp} />
    </div>
  );
}

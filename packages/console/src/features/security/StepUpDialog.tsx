import type { SecondFactorView } from "@berth/protocol/api";
import { Button, Divider, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { useApi } from "../api/use-api.ts";
import { CodeInput } from "./CodeInput.tsx";
import { secondFactorKey, useSecondFactor } from "./use-second-factor.ts";
import type { StepUp, StepUpNeed } from "./use-step-up.ts";
import { askPasskey, hasPasskeys, isCancelled } from "./webauthn.ts";

/** Asks again who it is, before what lasts is changed. */
export function StepUpDialog({ stepUp }: { readonly stepUp: StepUp }) {
  const { t } = useTranslation();
  const { asking, settle } = stepUp;
  return (
    <Modal
      opened={asking !== undefined}
      onClose={() => settle(false)}
      title={t("stepUp.title")}
      zIndex={400}
      closeButtonProps={{ "aria-label": t("actions.close") }}
    >
      {asking !== undefined && <Means need={asking} onSettled={settle} />}
    </Modal>
  );
}

interface MeansProps {
  readonly need: StepUpNeed;
  readonly onSettled: (isProven: boolean) => void;
}

/** Which means there are, the server says. */
function Means({ need, onSettled }: MeansProps) {
  const factor = useSecondFactor();
  return (
    <QueryView query={factor} loading={<LoadingRows count={1} />}>
      {(found) => <StepUpForm need={need} factor={found} onSettled={onSettled} />}
    </QueryView>
  );
}

interface StepUpFormProps extends MeansProps {
  readonly factor: SecondFactorView;
}

function StepUpForm({ need, factor, onSettled }: StepUpFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const [proof, setProof] = useState("");
  const onSuccess = (view: SecondFactorView) => {
    cache.setQueryData(secondFactorKey, view);
    onSettled(true);
  };
  const byCode = factor.isOn;
  // A password is one factor, and the less where a second one is set up.
  const byPassword = !byCode && need === "identity";
  const byPasskey = factor.hasPasskey && hasPasskeys();
  const prove = useMutation({
    mutationFn: () => api.call("stepUp", { body: byCode ? { code: proof } : { password: proof } }),
    onSuccess,
  });
  const present = useMutation({
    mutationFn: async () => {
      const response = await askPasskey(await api.call("beginPasskeyStepUp"));
      return api.call("stepUp", { body: { response } });
    },
    onSuccess,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A portal's events go up the tree of components: the form below the dialog is another one.
    event.stopPropagation();
    present.reset();
    if (proof !== "") prove.mutate();
  };
  const error = prove.error ?? present.error;
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t(need === "identity" ? "stepUp.why" : "stepUp.whySecond")}</Text>
        {error !== null &&
          (isCancelled(error) ? (
            <Text c="dimmed" role="status">
              {t("stepUp.cancelled")}
            </Text>
          ) : (
            <ErrorAlert error={error} />
          ))}
        {byPasskey && (
          <Button
            data-autofocus
            size="sm"
            loading={present.isPending}
            onClick={() => {
              prove.reset();
              present.mutate();
            }}
          >
            {t("signIn.passkey")}
          </Button>
        )}
        {byPasskey && (byCode || byPassword) && <Divider label={t("signIn.or")} />}
        {byPassword && (
          <PasswordInput
            {...(byPasskey ? {} : { "data-autofocus": true })}
            label={t("password.current")}
            autoComplete="current-password"
            value={proof}
            onChange={(event) => setProof(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
          />
        )}
        {byCode && <CodeInput hasFocus={!byPasskey} value={proof} onChange={setProof} />}
        {!byCode && !byPassword && !byPasskey && <Text>{t("stepUp.elsewhere")}</Text>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onSettled(false)}>
            {t("actions.keep")}
          </Button>
          {(byCode || byPassword) && (
            <Button
              type="submit"
              {...(byPasskey ? { variant: "default" } : {})}
              loading={prove.isPending}
              disabled={proof === ""}
            >
              {t("stepUp.submit")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

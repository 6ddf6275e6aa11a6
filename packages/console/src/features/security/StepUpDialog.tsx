import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { useApi } from "../api/use-api.ts";
import { CodeInput } from "./CodeInput.tsx";
import { secondFactorKey } from "./use-second-factor.ts";
import type { StepUp, StepUpMeans } from "./use-step-up.ts";

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
      {asking !== undefined && <StepUpForm means={asking} onSettled={settle} />}
    </Modal>
  );
}

function StepUpForm({
  means,
  onSettled,
}: {
  readonly means: StepUpMeans;
  readonly onSettled: (isProven: boolean) => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const cache = useQueryClient();
  const [proof, setProof] = useState("");
  const prove = useMutation({
    mutationFn: () =>
      api.call("stepUp", { body: means === "password" ? { password: proof } : { code: proof } }),
    onSuccess: (view) => {
      cache.setQueryData(secondFactorKey, view);
      onSettled(true);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A portal's events go up the tree of components: the form below the dialog is another one.
    event.stopPropagation();
    if (proof !== "") prove.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t("stepUp.why")}</Text>
        {prove.isError && <ErrorAlert error={prove.error} />}
        {means === "password" ? (
          <PasswordInput
            data-autofocus
            label={t("password.current")}
            autoComplete="current-password"
            value={proof}
            onChange={(event) => setProof(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
          />
        ) : (
          <CodeInput hasFocus value={proof} onChange={setProof} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onSettled(false)}>
            {t("actions.keep")}
          </Button>
          <Button type="submit" loading={prove.isPending} disabled={proof === ""}>
            {t("stepUp.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

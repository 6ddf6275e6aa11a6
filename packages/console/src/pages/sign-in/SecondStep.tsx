import { Button, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { CodeInput } from "../../features/security/CodeInput.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { SignInFrame } from "./SignInFrame.tsx";

/** After the password of somebody with a second factor. */
export function SecondStep({
  onDone,
  onStartOver,
}: {
  readonly onDone: () => Promise<void>;
  readonly onStartOver: () => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const [code, setCode] = useState("");
  const prove = useMutation({
    mutationFn: () => api.call("proveSecondFactor", { body: { code } }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code !== "") prove.mutate();
  };
  return (
    <SignInFrame title={t("signIn.codeTitle")} subtitle={t("signIn.codeSubtitle")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {prove.isError && <ErrorAlert error={prove.error} />}
          <CodeInput value={code} onChange={setCode} />
          <Button
            type="submit"
            size="sm"
            fullWidth
            loading={prove.isPending}
            disabled={code === ""}
          >
            {t("signIn.submit")}
          </Button>
          <Button variant="subtle" color="gray" onClick={onStartOver}>
            {t("signIn.startOver")}
          </Button>
        </Stack>
      </form>
    </SignInFrame>
  );
}

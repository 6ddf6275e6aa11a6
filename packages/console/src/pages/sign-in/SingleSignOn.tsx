import { Alert, Button, Divider, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "../../features/api/use-api.ts";
import { localPath } from "../../features/session/local-path.ts";
import { useErrorWords } from "../../ui/use-error-words.ts";

/** Leads to the provider of whoever's e-mail domain was typed. Tells nothing of whether they are known. */
export function SingleSignOn({
  email,
  next,
}: {
  readonly email: string;
  readonly next: string | undefined;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const words = useErrorWords();
  const [isEmailMissing, setIsEmailMissing] = useState(false);
  const begin = useMutation({
    mutationFn: () =>
      api.call("beginSingleSignOn", {
        body: { email: email.trim(), returnTo: localPath(next, location.origin) },
      }),
    onSuccess: ({ url }) => location.assign(url),
  });
  const start = () => {
    const isMissing = !/^\S+@\S+$/.test(email.trim());
    setIsEmailMissing(isMissing);
    if (!isMissing) begin.mutate();
  };
  return (
    <Stack gap="sm">
      <Divider label={t("signOn.or")} />
      {begin.isError && (
        <Alert color="red" role="alert">
          <Text c="var(--mantine-color-text)">{words(begin.error).detail}</Text>
        </Alert>
      )}
      {isEmailMissing && (
        <Text role="alert" size="sm">
          {t("signOn.needsEmail")}
        </Text>
      )}
      <Button
        variant="default"
        size="sm"
        fullWidth
        onClick={start}
        // It stays so until the browser has left.
        loading={begin.isPending || begin.isSuccess}
      >
        {t("signOn.button")}
      </Button>
    </Stack>
  );
}

/** Why the way back from the provider ended here. Trust: the address bar may say anything. */
export function SingleSignOnFailure({
  code,
  request,
}: {
  readonly code: string;
  readonly request: string | undefined;
}) {
  const { t, i18n } = useTranslation();
  const key = `errors.byCode.${code}`;
  const isKnown = /^[A-Z_]{3,40}$/.test(code) && i18n.exists(key);
  const id = request !== undefined && /^[\w-]{1,64}$/.test(request) ? request : undefined;
  return (
    <Alert color="red" role="alert">
      <Text c="var(--mantine-color-text)">
        {isKnown ? t(key as "errors.byCode.SSO_REFUSED") : t("errors.byCode.SSO_REFUSED")}
      </Text>
      {id !== undefined && (
        <Text size="xs" c="var(--mantine-color-text)">
          {t("signOn.request", { id })}
        </Text>
      )}
    </Alert>
  );
}

import type { ProvisioningTokenView } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { useProvisioningTokens } from "../../features/sign-on/use-sign-on.ts";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Copied } from "../../ui/Copied.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LifetimeSelect } from "../../ui/LifetimeSelect.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { ShownOnce } from "../../ui/ShownOnce.tsx";
import classes from "./sign-on.module.css";

export function TokensSection() {
  const { t } = useTranslation();
  const tokens = useProvisioningTokens();
  const [isAdding, adding] = useDisclosure(false);
  return (
    <Section
      title={t("signOn.directory")}
      description={t("signOn.directoryHint")}
      actions={
        <Button variant="default" onClick={adding.open}>
          {t("signOn.addToken")}
        </Button>
      }
    >
      <QueryView query={tokens} loading={<LoadingRows count={2} />}>
        {({ baseUrl, tokens: found }) => (
          <Stack gap="sm">
            <Copied label={t("signOn.baseUrl")} value={baseUrl} />
            {found.length === 0 ? (
              <Text c="dimmed">{t("signOn.noTokens")}</Text>
            ) : (
              <ul className={classes.list}>
                {found.map((token) => (
                  <TokenRow key={token.id} token={token} />
                ))}
              </ul>
            )}
          </Stack>
        )}
      </QueryView>
      <Modal
        opened={isAdding}
        onClose={adding.close}
        title={t("signOn.addToken")}
        // The token is shown once: a stray click beside the dialog must not lose it.
        closeOnClickOutside={false}
      >
        <AddToken onDone={adding.close} />
      </Modal>
    </Section>
  );
}

function TokenRow({ token }: { readonly token: ProvisioningTokenView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, name, expiresAt, lastUsedAt } = token;
  const [isAsking, asking] = useDisclosure(false);
  const revoke = useSignOnAct({
    act: (api, organization) =>
      api.call("deleteProvisioningToken", { params: { organization, token: id } }),
    done: t("signOn.revoked"),
  });
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        <div className={classes.words}>
          <Text fw={500}>{name}</Text>
          <Text size="xs" c="dimmed">
            {lastUsedAt === null
              ? t("signOn.unused")
              : t("signOn.used", { when: format.instant(lastUsedAt) })}
            {" · "}
            {expiresAt === null
              ? t("apiKeys.noEnd")
              : t("apiKeys.ends", { when: format.instant(expiresAt) })}
          </Text>
        </div>
        <Button
          variant="default"
          aria-label={t("signOn.revokeOne", { name })}
          onClick={asking.open}
        >
          {t("signOn.revoke")}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("signOn.revokeOne", { name })}
        confirmLabel={t("signOn.revoke")}
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate(undefined, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("signOn.revokeBody")}
      </ConfirmDialog>
    </li>
  );
}

const lifetimesDays = [90, 365, 730];

function AddToken({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [days, setDays] = useState<number | null>(365);
  const create = useSignOnAct({
    act: (api, organization, body: { name: string; expiresInDays?: number }) =>
      api.call("createProvisioningToken", { params: { organization }, body }),
    isFailureShown: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      name: name.trim(),
      ...(days === null ? {} : { expiresInDays: days }),
    });
  };
  if (create.data) {
    return (
      <ShownOnce
        words={t("signOn.once")}
        value={create.data.secret}
        what={t("signOn.token")}
        doneLabel={t("signOn.kept")}
        onDone={onDone}
      />
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label={t("signOn.tokenName")}
          description={t("signOn.tokenNameHint")}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <LifetimeSelect
          label={t("apiKeys.lifetime")}
          value={days}
          onChange={setDays}
          days={lifetimesDays}
          hasNoEnd
        />
        {create.isError && <ErrorAlert error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
            {t("signOn.addToken")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

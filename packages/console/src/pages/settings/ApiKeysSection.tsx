import type { ApiKeyView } from "@berth/protocol/api";
import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { useApiKeys } from "../../features/settings/use-api-keys.ts";
import { useDeleteApiKey } from "../../features/settings/use-delete-api-key.ts";
import { Ago } from "../../ui/Ago.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { CreateApiKey } from "./CreateApiKey.tsx";

export function ApiKeysSection() {
  const { t } = useTranslation();
  const keys = useApiKeys();
  const [isCreating, creating] = useDisclosure(false);
  const hasRows = (keys.data?.length ?? 0) > 0;
  return (
    <Section
      title={t("apiKeys.title")}
      description={t("apiKeys.hint")}
      isFlush={hasRows}
      actions={
        <Button variant="default" onClick={creating.open}>
          {t("apiKeys.create")}
        </Button>
      }
    >
      <QueryView query={keys} loading={<LoadingRows count={2} />}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("apiKeys.empty")}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map((key) => (
                <ApiKeyRow key={key.id} apiKey={key} />
              ))}
            </ul>
          )
        }
      </QueryView>
      <Modal
        opened={isCreating}
        onClose={creating.close}
        title={t("apiKeys.create")}
        closeButtonProps={{ "aria-label": t("actions.close") }}
        // The secret is shown once: a stray click beside the dialog must not lose it.
        closeOnClickOutside={false}
      >
        <CreateApiKey onDone={creating.close} />
      </Modal>
    </Section>
  );
}

function ApiKeyRow({ apiKey }: { readonly apiKey: ApiKeyView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isAsking, asking] = useDisclosure(false);
  const remove = useDeleteApiKey();
  const limits = [apiKey.organization, apiKey.publisher, ...(apiKey.permissions ?? [])].filter(
    (limit) => limit !== null,
  );
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{apiKey.name}</Text>
        <Text size="xs" c="dimmed" component="div">
          <Mono>{`${apiKey.start}…`}</Mono> · <Ago at={apiKey.createdAt} /> ·{" "}
          {apiKey.expiresAt === null
            ? t("apiKeys.noEnd")
            : t("apiKeys.ends", { when: format.instant(apiKey.expiresAt) })}{" "}
          ·{" "}
          {apiKey.lastUsedAt === null ? (
            t("apiKeys.never")
          ) : (
            <>
              {t("apiKeys.used")} <Ago at={apiKey.lastUsedAt} />
            </>
          )}
          {limits.length > 0 && ` · ${t("apiKeys.limitedTo", { what: limits.join(", ") })}`}
        </Text>
      </div>
      <Button
        variant="default"
        onClick={asking.open}
        aria-label={t("apiKeys.revokeOne", { name: apiKey.name })}
      >
        {t("keys.revoke")}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("apiKeys.revokeOne", { name: apiKey.name })}
        confirmLabel={t("keys.revoke")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(apiKey.id, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("apiKeys.revokeBody")}
      </ConfirmDialog>
    </li>
  );
}

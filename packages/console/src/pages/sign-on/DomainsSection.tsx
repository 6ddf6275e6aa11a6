import type { EmailDomainView } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Copied } from "../../ui/Copied.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Section } from "../../ui/Section.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import classes from "./sign-on.module.css";

export function DomainsSection({ domains }: { readonly domains: readonly EmailDomainView[] }) {
  const { t } = useTranslation();
  const [isAdding, adding] = useDisclosure(false);
  return (
    <Section
      title={t("signOn.domains")}
      description={t("signOn.domainsHint")}
      isFlush={domains.length > 0}
      actions={
        <Button variant="default" onClick={adding.open}>
          {t("signOn.addDomain")}
        </Button>
      }
    >
      {domains.length === 0 ? (
        <Text c="dimmed">{t("signOn.noDomains")}</Text>
      ) : (
        <ul className={classes.list}>
          {domains.map((domain) => (
            <DomainRow key={domain.domain} domain={domain} />
          ))}
        </ul>
      )}
      <Modal opened={isAdding} onClose={adding.close} title={t("signOn.addDomain")}>
        <AddDomain onDone={adding.close} />
      </Modal>
    </Section>
  );
}

function DomainRow({ domain: claimed }: { readonly domain: EmailDomainView }) {
  const { t } = useTranslation();
  const { domain, provenAt, recordName, recordValue } = claimed;
  const [isAsking, asking] = useDisclosure(false);
  const prove = useSignOnAct({
    act: (api, organization) => api.call("proveEmailDomain", { params: { organization, domain } }),
    done: t("signOn.checked", { domain }),
    isFailureShown: true,
  });
  const giveUp = useSignOnAct({
    act: (api, organization) => api.call("deleteEmailDomain", { params: { organization, domain } }),
  });
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        <Text fw={500}>{domain}</Text>
        <StateDot
          tone={provenAt === null ? "warn" : "good"}
          label={provenAt === null ? t("signOn.unproven") : t("signOn.proven")}
        />
        <Group gap="xs" ml="auto">
          {provenAt === null && (
            <Button
              variant="default"
              aria-label={t("signOn.check", { domain })}
              loading={prove.isPending}
              onClick={() => prove.mutate(undefined)}
            >
              {t("signOn.checkShort")}
            </Button>
          )}
          <Button
            variant="default"
            aria-label={t("signOn.giveUp", { domain })}
            onClick={asking.open}
          >
            {t("signOn.giveUpShort")}
          </Button>
        </Group>
      </div>
      {provenAt === null && (
        <Stack gap="xs" mt="xs">
          <Text size="sm">{t("signOn.record")}</Text>
          <Copied label={t("signOn.recordName")} value={recordName} />
          <Copied label={t("signOn.recordValue")} value={recordValue} />
          {prove.isError && <ErrorAlert error={prove.error} />}
        </Stack>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t("signOn.giveUp", { domain })}
        confirmLabel={t("signOn.giveUpShort")}
        isBusy={giveUp.isPending}
        onConfirm={() => giveUp.mutate(undefined, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("signOn.giveUpBody")}
      </ConfirmDialog>
    </li>
  );
}

function AddDomain({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [domain, setDomain] = useState("");
  const add = useSignOnAct({
    act: (api, organization, claimed: string) =>
      api.call("addEmailDomain", { params: { organization }, body: { domain: claimed } }),
    isFailureShown: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(domain.trim().toLowerCase(), { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label={t("signOn.domain")}
          placeholder="example.com"
          spellCheck={false}
          value={domain}
          onChange={(event) => setDomain(event.currentTarget.value)}
        />
        {add.isError && <ErrorAlert error={add.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending} disabled={domain.trim() === ""}>
            {t("signOn.addDomain")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

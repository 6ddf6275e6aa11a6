import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { OnceLink } from "../../features/people/OnceLink.tsx";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useMayOnHost } from "../../features/session/use-may.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";

const slugForm = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export function OrganizationsSection() {
  const { t } = useTranslation();
  const mayMake = useMayOnHost("organizations.manage");
  const [isMaking, making] = useDisclosure(false);
  const organizations = usePeopleQuery(
    ["organizations"],
    async (api, options) => (await api.call("listOrganizations", {}, options)).organizations,
  );
  return (
    <Section
      title={t("shell.organizations")}
      isFlush={(organizations.data?.length ?? 0) > 0}
      actions={
        mayMake && (
          <Button variant="default" onClick={making.open}>
            {t("host.makeOrganization")}
          </Button>
        )
      }
    >
      <QueryView query={organizations}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("host.noOrganization")}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map(({ id, name, slug, members }) => (
                <li key={id} className={classes.row}>
                  <div className={classes.words}>
                    <Text fw={500}>{name}</Text>
                    <Mono isFaint>{slug}</Mono>
                  </div>
                  <Text c="dimmed">{t("host.members", { count: members })}</Text>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <Modal
        opened={isMaking}
        onClose={making.close}
        title={t("host.makeOrganization")}
        closeOnClickOutside={false}
      >
        <OrganizationForm onDone={making.close} />
      </Modal>
    </Section>
  );
}

function OrganizationForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState("");
  const [owner, setOwner] = useState("");
  const [isTried, setIsTried] = useState(false);
  const make = usePeopleAct(
    (api, body: { name: string; slug: string; owner: string }) =>
      api.call("createOrganization", { body }),
    { isErrorShown: true },
  );
  const isSlug = slugForm.test(slug.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (!isSlug || name.trim() === "" || owner.trim() === "") return;
    make.mutate(
      { name: name.trim(), slug: slug.trim(), owner: owner.trim() },
      { onSuccess: ({ invitation }) => invitation === null && onDone() },
    );
  };
  const invitation = make.data?.invitation;
  if (invitation) {
    return (
      <OnceLink
        link={invitation.link}
        email={owner}
        words={t("members.linkFor", { email: owner })}
        onDone={onDone}
      />
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          data-autofocus
          label={t("publisher.displayName")}
          maxLength={80}
          value={name}
          error={isTried && name.trim() === "" ? t("config.required") : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("publisher.name")}
          maxLength={64}
          spellCheck={false}
          value={slug}
          error={isTried && !isSlug ? t("publisher.slugRule") : null}
          onChange={(event) => setSlug(event.currentTarget.value)}
        />
        <TextInput
          type="email"
          label={t("host.owner")}
          description={t("host.ownerHint")}
          autoComplete="off"
          value={owner}
          error={isTried && owner.trim() === "" ? t("config.required") : null}
          onChange={(event) => setOwner(event.currentTarget.value)}
        />
        {make.isError && <ErrorAlert error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending}>
            {t("host.makeOrganization")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

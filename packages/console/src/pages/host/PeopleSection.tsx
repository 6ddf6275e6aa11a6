import type { PersonView } from "@berth/protocol/api";
import { Button, Modal, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OnceLink } from "../../features/people/OnceLink.tsx";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";

const typingPauseMs = 250;

/** What support does for people. */
export function PeopleSection() {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), typingPauseMs);
  const people = usePeopleQuery(
    ["found", asked],
    async (api, options) =>
      (await api.call("findPeople", { query: { search: asked } }, options)).people,
  );
  return (
    <Section title={t("host.people")} description={t("host.peopleHint")}>
      <TextInput
        type="search"
        mb="sm"
        maw={360}
        aria-label={t("host.search")}
        placeholder={t("host.search")}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <QueryView query={people}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("host.nobody")}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map((person) => (
                <PersonRow key={person.id} person={person} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

function PersonRow({ person }: { readonly person: PersonView }) {
  const { t } = useTranslation();
  const { name, email, organizations } = person;
  const params = { person: person.id };
  const [isEnding, ending] = useDisclosure(false);
  const [isLinking, linking] = useDisclosure(false);
  const end = usePeopleAct((api) => api.call("endPersonSessions", { params }), {
    done: t("host.ended", { name }),
  });
  const link = usePeopleAct((api) => api.call("createPersonSignInLink", { params }));
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{name}</Text>
        <Text size="xs" c="dimmed">
          {[email, ...organizations].join(" · ")}
        </Text>
      </div>
      <div className={classes.actions}>
        <Button variant="default" onClick={ending.open} aria-label={t("host.endOne", { name })}>
          {t("host.end")}
        </Button>
        <Button variant="default" onClick={linking.open} aria-label={t("host.linkOne", { name })}>
          {t("host.link")}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isEnding}
        title={t("host.endOne", { name })}
        confirmLabel={t("host.end")}
        isBusy={end.isPending}
        onConfirm={() => end.mutate(undefined, { onSettled: ending.close })}
        onClose={ending.close}
      >
        {t("host.endBody")}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={isLinking}
        title={t("host.linkOne", { name })}
        confirmLabel={t("host.link")}
        isBusy={link.isPending}
        onConfirm={() => link.mutate(undefined, { onSettled: linking.close })}
        onClose={linking.close}
      >
        {t("host.linkBody")}
      </ConfirmDialog>
      <Modal
        opened={link.data !== undefined}
        onClose={link.reset}
        title={t("host.linkOne", { name })}
        closeOnClickOutside={false}
      >
        <OnceLink
          link={link.data?.link ?? null}
          email={email}
          words={t("host.linkWords", { name })}
          onDone={link.reset}
        />
      </Modal>
    </li>
  );
}

import type { GroupView } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useGroups } from "../../features/sign-on/use-sign-on.ts";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { GroupDialog } from "./GroupDialog.tsx";
import classes from "./sign-on.module.css";

export function GroupsSection() {
  const { t } = useTranslation();
  const groups = useGroups();
  const [isAdding, adding] = useDisclosure(false);
  return (
    <Section
      title={t("signOn.groups")}
      description={t("signOn.groupsHint")}
      isFlush={(groups.data?.length ?? 0) > 0}
      actions={
        <Button variant="default" onClick={adding.open}>
          {t("signOn.addGroup")}
        </Button>
      }
    >
      <QueryView query={groups} loading={<LoadingRows count={2} />}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("signOn.noGroups")}</Text>
          ) : (
            <ul className={classes.list}>
              {found.map((group) => (
                <GroupRow key={group.id} group={group} />
              ))}
            </ul>
          )
        }
      </QueryView>
      <Modal opened={isAdding} onClose={adding.close} title={t("signOn.addGroup")}>
        <AddGroup onDone={adding.close} />
      </Modal>
    </Section>
  );
}

function GroupRow({ group }: { readonly group: GroupView }) {
  const { t } = useTranslation();
  const { name, source, memberCount } = group;
  const [isOpen, open] = useDisclosure(false);
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        <div className={classes.words}>
          <Text fw={500}>{name}</Text>
          <Text size="xs" c="dimmed">
            {t(`signOn.source.${source}`)} · {t("signOn.members", { count: memberCount })}
          </Text>
        </div>
        <Button variant="default" aria-label={t("signOn.openGroup", { name })} onClick={open.open}>
          {t("actions.open")}
        </Button>
      </div>
      <Modal opened={isOpen} onClose={open.close} title={name}>
        <GroupDialog group={group} onDeleted={open.close} />
      </Modal>
    </li>
  );
}

function AddGroup({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const create = useSignOnAct({
    act: (api, organization, given: string) =>
      api.call("createGroup", { params: { organization }, body: { name: given } }),
    isFailureShown: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(name.trim(), { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          label={t("signOn.groupName")}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {create.isError && <ErrorAlert error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
            {t("signOn.addGroup")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

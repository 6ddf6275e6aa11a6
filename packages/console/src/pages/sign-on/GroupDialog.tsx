import type { GroupDetail, GroupView } from "@berth/protocol/api";
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useGroup } from "../../features/sign-on/use-sign-on.ts";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "./sign-on.module.css";

export interface GroupDialogProps {
  readonly group: GroupView;
  readonly onDeleted: () => void;
}

export function GroupDialog({ group: { id, name }, onDeleted }: GroupDialogProps) {
  const { t } = useTranslation();
  const detail = useGroup(id);
  const [isAsking, asking] = useDisclosure(false);
  const remove = useSignOnAct({
    act: (api, organization) => api.call("deleteGroup", { params: { organization, group: id } }),
    done: t("signOn.deleted"),
  });
  return (
    <QueryView query={detail} loading={<LoadingRows count={2} />}>
      {(group) => (
        <Stack>
          <Members group={group} />
          {group.source === "hand" ? (
            <AddMember group={group.id} />
          ) : (
            <Text c="dimmed">{t("signOn.fromOutside")}</Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={asking.open}>
              {t("signOn.deleteShort")}
            </Button>
          </Group>
          <ConfirmDialog
            isOpen={isAsking}
            title={t("signOn.deleteGroup", { name })}
            confirmLabel={t("signOn.deleteShort")}
            isBusy={remove.isPending}
            onConfirm={() => remove.mutate(undefined, { onSuccess: onDeleted })}
            onClose={asking.close}
          >
            {t("signOn.deleteGroupBody")}
          </ConfirmDialog>
        </Stack>
      )}
    </QueryView>
  );
}

function Members({ group }: { readonly group: GroupDetail }) {
  const { t } = useTranslation();
  const takeOut = useSignOnAct({
    act: (api, organization, person: string) =>
      api.call("removeGroupMember", { params: { organization, group: group.id, person } }),
  });
  if (group.members.length === 0) return <Text c="dimmed">{t("signOn.noMembers")}</Text>;
  return (
    <ul className={classes.list}>
      {group.members.map(({ id, name }) => (
        <li key={id} className={classes.row}>
          <div className={classes.head}>
            <Text className={classes.words}>{name}</Text>
            {group.source === "hand" && (
              <Button
                variant="default"
                aria-label={t("signOn.removeMember", { name })}
                onClick={() => takeOut.mutate(id)}
              >
                {t("signOn.out")}
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function AddMember({ group }: { readonly group: string }) {
  const { t } = useTranslation();
  const [member, setMember] = useState("");
  const add = useSignOnAct({
    act: (api, organization, given: string) =>
      api.call("addGroupMember", { params: { organization, group }, body: { member: given } }),
    isFailureShown: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(member.trim(), { onSuccess: () => setMember("") });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <TextInput
          label={t("signOn.memberEmail")}
          value={member}
          onChange={(event) => setMember(event.currentTarget.value)}
        />
        {add.isError && <ErrorAlert error={add.error} />}
        <Button
          type="submit"
          variant="default"
          w="fit-content"
          loading={add.isPending}
          disabled={member.trim() === ""}
        >
          {t("signOn.addMember")}
        </Button>
      </Stack>
    </form>
  );
}

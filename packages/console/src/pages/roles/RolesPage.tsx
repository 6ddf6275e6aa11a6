import type { RoleView } from "@berth/protocol/api";
import { Badge, Button, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { PermissionLines } from "../../features/people/PermissionLines.tsx";
import { useOrganizationRoles } from "../../features/people/use-organization-roles.ts";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { RoleForm } from "./RoleForm.tsx";

/** What each role gives, and roles of the organization's own. */
export function RolesPage() {
  const { t } = useTranslation();
  const roles = useOrganizationRoles();
  const mayManage = useMay("roles.manage");
  const [isMaking, making] = useDisclosure(false);
  return (
    <PageBody>
      <PageHeader
        title={t("roles.title")}
        subtitle={t("roles.subtitle")}
        back={{ to: "/members", label: t("members.title") }}
        actions={
          mayManage && (
            <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={making.open}>
              {t("roles.make")}
            </Button>
          )
        }
      />
      <QueryView query={roles}>
        {(found) => (
          <Stack gap="md">
            <RoleList title={t("roles.own")} roles={found.filter((role) => !role.isBuiltIn)} />
            <RoleList title={t("roles.builtIn")} roles={found.filter((role) => role.isBuiltIn)} />
          </Stack>
        )}
      </QueryView>
      <Modal opened={isMaking} onClose={making.close} title={t("roles.make")} size="lg">
        <RoleForm onDone={making.close} />
      </Modal>
    </PageBody>
  );
}

function RoleList({
  title,
  roles,
}: {
  readonly title: string;
  readonly roles: readonly RoleView[];
}) {
  const { t } = useTranslation();
  return (
    <Section title={title} isFlush={roles.length > 0}>
      {roles.length === 0 ? (
        <Text c="dimmed">{t("roles.empty")}</Text>
      ) : (
        <ul className={classes.root}>
          {roles.map((role) => (
            <RoleRow key={role.id} role={role} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function RoleRow({ role }: { readonly role: RoleView }) {
  const { t } = useTranslation();
  const words = useRoleWords();
  const organization = useOrganizationSlug();
  const own = useSignedIn().organization;
  const mayManage = useMay("roles.manage");
  const [isChanging, changing] = useDisclosure(false);
  const [isAsking, asking] = useDisclosure(false);
  const { id, permissions } = role;
  const name = words(id, role.name);
  const remove = usePeopleAct(
    (api) => api.call("deleteRole", { params: { organization, role: id } }),
    { done: t("roles.deleted", { name }) },
  );
  const isWithin = permissions.every((permission) => own?.permissions.includes(permission));
  const isInReach = mayManage && !role.isBuiltIn && own?.role !== id && isWithin;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500} component="div">
          {name} <Badge size="sm">{t("roles.held", { count: role.members })}</Badge>
        </Text>
        {role.description !== "" && <Text>{role.description}</Text>}
        <PermissionLines permissions={permissions} />
      </div>
      {isInReach && (
        <div className={classes.actions}>
          <Button
            variant="default"
            onClick={changing.open}
            aria-label={t("roles.changeOne", { name })}
          >
            {t("roles.change")}
          </Button>
          <Button
            variant="default"
            onClick={asking.open}
            aria-label={t("roles.deleteOne", { name })}
          >
            {t("roles.delete")}
          </Button>
        </div>
      )}
      <Modal
        opened={isChanging}
        onClose={changing.close}
        title={t("roles.changeOne", { name })}
        size="lg"
      >
        <RoleForm role={role} onDone={changing.close} />
      </Modal>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("roles.deleteOne", { name })}
        confirmLabel={t("roles.delete")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {t("roles.deleteBody")}
      </ConfirmDialog>
    </li>
  );
}

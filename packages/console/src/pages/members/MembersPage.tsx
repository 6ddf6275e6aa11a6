import { Button, Group, Modal, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useMay } from "../../features/session/use-may.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { InvitationsSection } from "./InvitationsSection.tsx";
import { InviteForm } from "./InviteForm.tsx";
import { MemberRow } from "./MemberRow.tsx";

/** Who belongs to the organization, and who is invited. */
export function MembersPage() {
  const { t } = useTranslation();
  const organization = useOrganizationSlug();
  const mayManage = useMay("members.manage");
  const mayManageServices = useMay("service-principals.manage");
  const name = useSignedIn().organization?.name ?? "";
  const [isInviting, inviting] = useDisclosure(false);
  const [isLeaving, leaving] = useDisclosure(false);
  const navigate = useNavigate();
  const members = usePeopleQuery(
    ["members", organization],
    async (api, options) =>
      (await api.call("listMembers", { params: { organization } }, options)).members,
  );
  const leave = usePeopleAct((api) => api.call("leaveOrganization", { params: { organization } }), {
    done: t("members.left", { name }),
  });
  return (
    <PageBody>
      <PageHeader
        title={t("members.title")}
        subtitle={t("members.subtitle", { name })}
        actions={
          <Group gap="xs">
            <Button variant="subtle" color="gray" onClick={leaving.open}>
              {t("members.leave")}
            </Button>
            <RouterButton variant="default" to="/roles">
              {t("roles.title")}
            </RouterButton>
            {mayManageServices && (
              <RouterButton variant="default" to="/service-principals">
                {t("services.page")}
              </RouterButton>
            )}
            {mayManage && (
              <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={inviting.open}>
                {t("members.invite")}
              </Button>
            )}
          </Group>
        }
      />
      <Stack gap="md">
        <Section title={t("members.people")} isFlush={members.isSuccess}>
          <QueryView query={members}>
            {(found) => (
              <ul className={classes.root}>
                {found.map((member) => (
                  <MemberRow key={member.id} member={member} />
                ))}
              </ul>
            )}
          </QueryView>
        </Section>
        {mayManage && <InvitationsSection />}
      </Stack>
      <Modal
        opened={isInviting}
        onClose={inviting.close}
        title={t("members.invite")}
        // The link is shown once: a stray click beside the dialog must not lose it.
        closeOnClickOutside={false}
      >
        <InviteForm onDone={inviting.close} />
      </Modal>
      <ConfirmDialog
        isOpen={isLeaving}
        title={t("members.leaveTitle", { name })}
        confirmLabel={t("members.leave")}
        isBusy={leave.isPending}
        onConfirm={() =>
          leave.mutate(undefined, {
            onSettled: leaving.close,
            onSuccess: () => navigate({ to: "/" }),
          })
        }
        onClose={leaving.close}
      >
        {t("members.leaveBody")}
      </ConfirmDialog>
    </PageBody>
  );
}

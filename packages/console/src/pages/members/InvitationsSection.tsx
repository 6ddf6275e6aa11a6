import type { InvitationView } from "@berth/protocol/api";
import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { OnceLink } from "../../features/people/OnceLink.tsx";
import { usePeopleAct } from "../../features/people/use-people-act.ts";
import { usePeopleQuery } from "../../features/people/use-people-query.ts";
import { useRoleWords } from "../../features/people/use-role-words.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { useNow } from "../../ui/use-now.ts";

/** Who was invited and has not come. */
export function InvitationsSection() {
  const { t } = useTranslation();
  const organization = useOrganizationSlug();
  const invitations = usePeopleQuery(
    ["invitations", organization],
    async (api, options) =>
      (await api.call("listInvitations", { params: { organization } }, options)).invitations,
  );
  const hasRows = (invitations.data?.length ?? 0) > 0;
  return (
    <Section title={t("invitations.title")} description={t("invitations.hint")} isFlush={hasRows}>
      <QueryView query={invitations}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("invitations.empty")}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

function InvitationRow({ invitation }: { readonly invitation: InvitationView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useRoleWords();
  const now = useNow(60_000);
  const organization = useOrganizationSlug();
  const [isAsking, asking] = useDisclosure(false);
  const { email, id } = invitation;
  const params = { organization, invitation: id };
  const resend = usePeopleAct((api) => api.call("resendInvitation", { params }));
  const revoke = usePeopleAct((api) => api.call("revokeInvitation", { params }), {
    done: t("invitations.revoked", { email }),
  });
  const when = format.instant(invitation.expiresAt);
  const isOver = Date.parse(invitation.expiresAt) <= now;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{email}</Text>
        <Text size="xs" c="dimmed">
          {words(invitation.role, invitation.roleName)} ·{" "}
          {isOver ? t("invitations.over", { when }) : t("invitations.ends", { when })} ·{" "}
          {t("invitations.by", { name: invitation.invitedBy })}
        </Text>
      </div>
      <div className={classes.actions}>
        <Button
          variant="default"
          loading={resend.isPending}
          onClick={() => resend.mutate()}
          aria-label={t("invitations.resendOne", { email })}
        >
          {t("invitations.resend")}
        </Button>
        <Button
          variant="default"
          onClick={asking.open}
          aria-label={t("invitations.revokeOne", { email })}
        >
          {t("invitations.revoke")}
        </Button>
      </div>
      <Modal
        opened={resend.data !== undefined}
        onClose={resend.reset}
        title={t("invitations.resendOne", { email })}
        closeOnClickOutside={false}
      >
        <OnceLink
          link={resend.data?.link ?? null}
          email={email}
          words={t("members.linkFor", { email })}
          onDone={resend.reset}
        />
      </Modal>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("invitations.revokeOne", { email })}
        confirmLabel={t("invitations.revoke")}
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {t("invitations.revokeBody")}
      </ConfirmDialog>
    </li>
  );
}

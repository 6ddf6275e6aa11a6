import type { OwnSessionView } from "@berth/protocol/api";
import { Badge, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useEndSession, useSessions } from "../../features/security/use-sessions.ts";
import { Ago } from "../../ui/Ago.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";

export function SessionsSection() {
  const { t } = useTranslation();
  const sessions = useSessions();
  const end = useEndSession();
  const [isAsking, asking] = useDisclosure(false);
  const others = sessions.data?.filter(({ isCurrent }) => !isCurrent).length ?? 0;
  return (
    <Section
      title={t("sessions.title")}
      description={t("sessions.hint")}
      isFlush={sessions.data !== undefined}
      actions={
        others > 0 && (
          <Button variant="default" onClick={asking.open}>
            {t("sessions.endOthers")}
          </Button>
        )
      }
    >
      <QueryView query={sessions} loading={<LoadingRows count={2} />}>
        {(found) => (
          <ul className={classes.root}>
            {found.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                isEnding={end.isPending && end.variables === session.id}
                onEnd={() => end.mutate(session.id)}
              />
            ))}
          </ul>
        )}
      </QueryView>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("sessions.endOthers")}
        confirmLabel={t("sessions.endOthers")}
        isBusy={end.isPending}
        onConfirm={() => end.mutate("others", { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("sessions.endOthersBody", { count: others })}
      </ConfirmDialog>
    </Section>
  );
}

function SessionRow({
  session,
  isEnding,
  onEnd,
}: {
  readonly session: OwnSessionView;
  readonly isEnding: boolean;
  readonly onEnd: () => void;
}) {
  const { t } = useTranslation();
  const { address, createdAt, device, isCurrent, lastSeenAt } = session;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Group gap="xs">
          <Text fw={500}>{device}</Text>
          {isCurrent && <Badge variant="light">{t("sessions.current")}</Badge>}
        </Group>
        <Text size="xs" c="dimmed" component="div">
          {address !== null && (
            <>
              <Mono>{address}</Mono> ·{" "}
            </>
          )}
          {t("sessions.since")} <Ago at={createdAt} /> · {t("sessions.seen")}{" "}
          <Ago at={lastSeenAt} />
        </Text>
      </div>
      {!isCurrent && (
        <Button
          variant="default"
          loading={isEnding}
          onClick={onEnd}
          aria-label={t("sessions.endOne", { device })}
        >
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}

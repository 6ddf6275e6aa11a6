import type { KeyView } from "@berth/protocol/api";
import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { useRevokeKey } from "../../features/publisher/use-revoke-key.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import classes from "./ReleasesSection.module.css";

export interface KeyRowProps {
  readonly publisher: string;
  readonly signingKey: KeyView;
  readonly mayManage: boolean;
}

export function KeyRow({ publisher, signingKey: key, mayManage }: KeyRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isAsking, asking] = useDisclosure(false);
  const revoke = useRevokeKey(publisher);
  return (
    <li className={classes.row}>
      <div className={classes.head}>
        <Text fw={500}>{key.label}</Text>
        <StateDot
          tone={key.revokedAt === null ? "good" : "quiet"}
          label={key.revokedAt === null ? t("keys.active") : t("keys.revoked")}
        />
        <Text size="xs" c="dimmed">
          {key.revokedAt === null
            ? t("keys.since", { when: format.instant(key.createdAt) })
            : t("keys.until", { when: format.instant(key.revokedAt) })}
        </Text>
        {mayManage && key.revokedAt === null && (
          <Button
            variant="default"
            ml="auto"
            onClick={asking.open}
            aria-label={t("keys.revokeOne", { label: key.label })}
          >
            {t("keys.revoke")}
          </Button>
        )}
      </div>
      <Mono isFaint>{key.keyId}</Mono>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("keys.revokeOne", { label: key.label })}
        confirmLabel={t("keys.revoke")}
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate(key.keyId, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("keys.revokeBody")}
      </ConfirmDialog>
    </li>
  );
}

import type { ServiceKeyView } from "@berth/protocol/api";
import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Ago } from "../../ui/Ago.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { useNow } from "../../ui/use-now.ts";
import { useFormat } from "../format/use-format.ts";
import classes from "./ServiceRow.module.css";
import type { ServiceOwner } from "./service-calls.ts";
import { useServiceAct } from "./use-services.ts";

export interface ServiceKeyRowProps {
  readonly owner: ServiceOwner;
  readonly service: string;
  readonly serviceKey: ServiceKeyView;
}

/** A key by its first characters: until when, and when it was last used. */
export function ServiceKeyRow({ owner, service, serviceKey }: ServiceKeyRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const [isAsking, asking] = useDisclosure(false);
  const { id, start, createdAt, expiresAt, lastUsedAt } = serviceKey;
  const revoke = useServiceAct(owner, (calls) => calls.removeKey(service, id), {
    done: t("services.keyRevoked"),
  });
  const when = expiresAt === null ? "" : format.instant(expiresAt);
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= now;
  const title = t("services.revokeOne", { start });
  return (
    <li className={classes.key}>
      <Text size="xs" c="dimmed" component="div" className={classes.facts}>
        <Mono>{`${start}…`}</Mono>
        <span>
          {t("services.keyMade")} <Ago at={createdAt} />
        </span>
        <span>
          {expiresAt === null
            ? t("apiKeys.noEnd")
            : t(isOver ? "services.keyOver" : "apiKeys.ends", { when })}
        </span>
        <span>
          {lastUsedAt === null ? (
            t("apiKeys.never")
          ) : (
            <>
              {t("apiKeys.used")} <Ago at={lastUsedAt} />
            </>
          )}
        </span>
      </Text>
      <Button variant="subtle" color="gray" onClick={asking.open} aria-label={title}>
        {t("keys.revoke")}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={title}
        confirmLabel={t("keys.revoke")}
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate(undefined, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("apiKeys.revokeBody")}
      </ConfirmDialog>
    </li>
  );
}

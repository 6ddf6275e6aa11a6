import type { GrantDetail } from "@berth/protocol/api";
import { Badge, Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../features/format/use-format.ts";
import { ConditionLines } from "../../features/permissions/ConditionLines.tsx";
import { permissionWords } from "../../features/permissions/permission-words.ts";
import { RevokeDialog } from "../../features/permissions/RevokeDialog.tsx";
import { useMayManageGrants } from "../../features/permissions/use-may-manage-grants.ts";
import { Ago } from "../../ui/Ago.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./PermissionsPart.module.css";

export interface GrantRowProps {
  readonly installation: string;
  readonly grant: GrantDetail;
}

/** One grant: what it allows, for whom, when, until when, and when it was last of use. */
export function GrantRow({ installation, grant }: GrantRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayManage = useMayManageGrants();
  const [isRevoking, revoking] = useDisclosure(false);
  const { sentence, scope: reach } = permissionWords(grant);
  const what = t(sentence);
  const names = [
    ...(grant.scope?.persons.map(({ name }) => name) ?? []),
    ...(grant.scope?.groups.map((name) => t("grants.groupOf", { name })) ?? []),
  ];
  const when = grant.expiresAt === null ? "" : format.instant(grant.expiresAt);
  return (
    <li>
      <div className={classes.words}>
        <div className={classes.title}>
          <Text fw={500}>{what}</Text>
          {grant.optional && <Badge>{t("permissions.optional")}</Badge>}
          {grant.isExpired && <Badge color="red">{t("grants.over", { when })}</Badge>}
        </div>
        <Text c="dimmed" component="div">
          <Mono>{grant.resource}</Mono> {reach && t(reach)}
        </Text>
        <ConditionLines conditions={grant.conditions} />
        <Text size="sm" c="dimmed" component="div" className={classes.facts}>
          <span>
            {grant.scope === null
              ? t("grants.everybody")
              : t("grants.only", { who: names.join(", ") })}
          </span>
          {!grant.isExpired && (
            <span>
              {grant.expiresAt === null ? t("grants.forever") : t("grants.until", { when })}
            </span>
          )}
          <span>
            {grant.lastUsedAt === null ? (
              t("grants.neverUsed")
            ) : (
              <>
                {t("grants.lastUsed")} <Ago at={grant.lastUsedAt} />
              </>
            )}
          </span>
          <span>
            {t("grants.by", { who: grant.grantedBy })} · <Ago at={grant.grantedAt} />
          </span>
          {grant.note !== null && <span>{t("grants.note", { note: grant.note })}</span>}
        </Text>
      </div>
      {mayManage && (
        <Button
          variant="default"
          onClick={revoking.open}
          aria-label={t("grants.revokeOne", { what, resource: grant.resource })}
        >
          {t("grants.revoke")}
        </Button>
      )}
      <RevokeDialog
        installation={installation}
        grant={grant}
        isOpen={isRevoking}
        onClose={revoking.close}
      />
    </li>
  );
}

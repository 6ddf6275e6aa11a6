import type { PermissionChangeView, PermissionView } from "@berth/protocol/api";
import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ConditionLines } from "../../features/permissions/ConditionLines.tsx";
import { permissionWords } from "../../features/permissions/permission-words.ts";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./PermissionsPart.module.css";

/** One difference between two releases: what it is now, and what it was where that is not the same. */
export function ChangeRow({ change }: { readonly change: PermissionChangeView }) {
  const { t } = useTranslation();
  const { kind, before, after } = change;
  const shown = after ?? before;
  if (shown === null) return null;
  const isCompared = before !== null && after !== null && kind !== "required";
  return (
    <li>
      <div className={classes.words}>
        <div className={classes.title}>
          <Text fw={500}>{t(permissionWords(shown).sentence)}</Text>
          <Badge color={change.needsConsent ? "amber" : "gray"} variant="light">
            {t(`newer.kind.${kind}`)}
          </Badge>
          {after?.optional === true && <Badge>{t("permissions.optional")}</Badge>}
        </div>
        <Reach permission={shown} />
        {isCompared && (
          <>
            <Text size="xs" c="dimmed" mt={6}>
              {t("newer.until", { what: t(permissionWords(before).sentence) })}
            </Text>
            <Reach permission={before} />
          </>
        )}
        {after?.reason && (
          <Text component="div" mt={4}>
            {t("permissions.reason", { reason: after.reason })}
          </Text>
        )}
      </div>
    </li>
  );
}

function Reach({ permission }: { readonly permission: PermissionView }) {
  const { t } = useTranslation();
  const { scope } = permissionWords(permission);
  return (
    <>
      <Text c="dimmed" component="div">
        <Mono>{permission.resource}</Mono> {scope && t(scope)}
      </Text>
      <ConditionLines conditions={permission.conditions} />
    </>
  );
}

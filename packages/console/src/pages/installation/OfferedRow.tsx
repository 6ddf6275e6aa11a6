import type { PermissionView } from "@berth/protocol/api";
import { Badge, Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { ConditionLines } from "../../features/permissions/ConditionLines.tsx";
import { permissionWords } from "../../features/permissions/permission-words.ts";
import { useMayManageGrants } from "../../features/permissions/use-may-manage-grants.ts";
import { Mono } from "../../ui/Mono.tsx";
import { GrantDialog } from "./GrantDialog.tsx";
import classes from "./PermissionsPart.module.css";

export interface OfferedRowProps {
  readonly installation: string;
  readonly permission: PermissionView;
}

/** What the app asks for and does not have. */
export function OfferedRow({ installation, permission }: OfferedRowProps) {
  const { t } = useTranslation();
  const mayManage = useMayManageGrants();
  const [isGranting, granting] = useDisclosure(false);
  const { sentence, scope } = permissionWords(permission);
  const what = t(sentence);
  return (
    <li>
      <div className={classes.words}>
        <div className={classes.title}>
          <Text fw={500}>{what}</Text>
          <Badge>{t(permission.optional ? "permissions.optional" : "permissions.required")}</Badge>
        </div>
        <Text c="dimmed" component="div">
          <Mono>{permission.resource}</Mono> {scope && t(scope)}
        </Text>
        <ConditionLines conditions={permission.conditions} />
        {permission.reason && (
          <Text component="div">{t("permissions.reason", { reason: permission.reason })}</Text>
        )}
      </div>
      {mayManage && (
        <Button
          variant="default"
          onClick={granting.open}
          aria-label={t("grants.grantOne", { what, resource: permission.resource })}
        >
          {t("grants.grant")}
        </Button>
      )}
      <GrantDialog
        installation={installation}
        permission={permission}
        isOpen={isGranting}
        onClose={granting.close}
      />
    </li>
  );
}

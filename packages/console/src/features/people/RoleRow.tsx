import { Badge, Button, Select, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import classes from "../../ui/Rows.module.css";

export interface RoleOption<Role extends string> {
  readonly value: Role;
  readonly label: string;
}

export interface RoleRowProps<Role extends string> {
  readonly name: string;
  /** Below the name: an address, or where the person comes from. */
  readonly note: string;
  readonly isMe: boolean;
  /** What the role is called. */
  readonly roleName: string;
  readonly role: Role;
  readonly options: readonly RoleOption<Role>[];
  /** Whether one may change the role and remove the person. */
  readonly isInReach: boolean;
  readonly isChanging: boolean;
  readonly onChange: (role: Role) => void;
  readonly remove: {
    readonly isPending: boolean;
    readonly mutate: (input: undefined, options: { readonly onSettled: () => void }) => void;
  };
  /** What removing means. */
  readonly removeBody: string;
}

/** Somebody with a role, which is changed in place, and the way out. */
export function RoleRow<Role extends string>(props: RoleRowProps<Role>) {
  const { t } = useTranslation();
  const { isInReach, isMe, name, note, onChange, options, remove, role } = props;
  const [isAsking, asking] = useDisclosure(false);
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500} component="div">
          {name} {isMe && <Badge size="sm">{t("members.you")}</Badge>}
        </Text>
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      </div>
      {isInReach ? (
        <div className={classes.actions}>
          <Select
            size="xs"
            w={150}
            aria-label={t("members.roleOf", { name })}
            allowDeselect={false}
            disabled={props.isChanging}
            value={role}
            onChange={(value) => {
              const chosen = options.find((option) => option.value === value)?.value;
              if (chosen !== undefined && chosen !== role) onChange(chosen);
            }}
            data={options.map(({ value, label }) => ({ value: String(value), label }))}
          />
          <Button
            variant="default"
            onClick={asking.open}
            aria-label={t("members.removeOne", { name })}
          >
            {t("members.remove")}
          </Button>
        </div>
      ) : (
        <Text c="dimmed">{props.roleName}</Text>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t("members.removeOne", { name })}
        confirmLabel={t("members.remove")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: asking.close })}
        onClose={asking.close}
      >
        {props.removeBody}
      </ConfirmDialog>
    </li>
  );
}

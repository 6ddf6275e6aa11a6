import type { PermissionView } from "@berth/protocol/api";
import { Badge, Switch, Text } from "@mantine/core";
import {
  IconApi,
  IconBell,
  IconDatabase,
  IconFileText,
  IconLayoutDashboard,
  IconLock,
  IconRobot,
  IconTool,
  IconWorld,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Mono } from "../../ui/Mono.tsx";
import { ConditionLines } from "./ConditionLines.tsx";
import classes from "./PermissionList.module.css";
import { isSweeping, permissionWords } from "./permission-words.ts";

export interface PermissionChoice {
  /** By place in `permissions`: whether an optional one is granted. */
  readonly isGranted: (index: number) => boolean;
  readonly onChange: (index: number, isGranted: boolean) => void;
}

export interface PermissionListProps {
  readonly permissions: readonly PermissionView[];
  /** Without it the list is only read. */
  readonly choice?: PermissionChoice;
}

const icons: Readonly<Record<string, ComponentType<{ size: number; stroke: number }>>> = {
  api: IconApi,
  data: IconDatabase,
  ui: IconLayoutDashboard,
  network: IconWorld,
  tool: IconTool,
  companion: IconRobot,
  document: IconFileText,
  event: IconBell,
};

/** What an app asks for, in plain words, with the exact resource and the app's own reason. */
export function PermissionList({ permissions, choice }: PermissionListProps) {
  const { t } = useTranslation();
  return (
    <ul className={classes.root}>
      {permissions.map((permission, index) => {
        const { sentence, scope } = permissionWords(permission);
        const Icon = (Object.hasOwn(icons, permission.type) && icons[permission.type]) || IconLock;
        const title = t(sentence);
        return (
          <li key={`${permission.type} ${permission.resource} ${permission.actions.join()}`}>
            <span className={classes.icon} aria-hidden>
              <Icon size={17} stroke={1.7} />
            </span>
            <div className={classes.words}>
              <div className={classes.title}>
                <Text fw={500}>{title}</Text>
                {permission.optional === true && <Badge>{t("permissions.optional")}</Badge>}
                {isSweeping(permission) && (
                  <Badge className={classes.sweeping}>{t("permissions.sweeping")}</Badge>
                )}
              </div>
              <Text c="dimmed" component="div">
                <Mono>{permission.resource}</Mono> {scope && t(scope)}
              </Text>
              <ConditionLines conditions={permission.conditions} />
              {permission.reason && (
                <Text component="div">
                  {t("permissions.reason", { reason: permission.reason })}
                </Text>
              )}
            </div>
            {choice &&
              (permission.optional === true ? (
                <Switch
                  checked={choice.isGranted(index)}
                  onChange={(event) => choice.onChange(index, event.currentTarget.checked)}
                  aria-label={t("permissions.grant", {
                    what: title,
                    resource: permission.resource,
                  })}
                />
              ) : (
                <Text size="xs" c="dimmed" className={classes.required}>
                  {t("permissions.required")}
                </Text>
              ))}
          </li>
        );
      })}
    </ul>
  );
}

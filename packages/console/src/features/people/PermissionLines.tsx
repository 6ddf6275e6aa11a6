import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./PermissionLines.module.css";
import { usePermissionWords } from "./use-permission-words.ts";

/** What named permissions let somebody do, a line for each. */
export function PermissionLines({ permissions }: { readonly permissions: readonly string[] }) {
  const { t } = useTranslation();
  const words = usePermissionWords();
  if (permissions.length === 0) return <Text c="dimmed">{t("roles.nothing")}</Text>;
  return (
    <Text component="ul" size="xs" c="dimmed" className={classes.root}>
      {permissions.map((permission) => (
        <li key={permission}>{words(permission)}</li>
      ))}
    </Text>
  );
}

import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./SecurityCodes.module.css";

/** The one time that they can be seen. */
export function BackupCodes({
  codes,
  onDone,
}: {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Text>{t("secondFactor.codesOnce")}</Text>
      <ul className={classes.codes} aria-label={t("secondFactor.backupCodes")}>
        {codes.map((code) => (
          <li key={code}>
            <Mono>{code}</Mono>
          </li>
        ))}
      </ul>
      <Group justify="space-between">
        <CopyButton value={codes.join("\n")} what={t("secondFactor.backupCodes")} />
        <Button onClick={onDone}>{t("secondFactor.kept")}</Button>
      </Group>
    </Stack>
  );
}

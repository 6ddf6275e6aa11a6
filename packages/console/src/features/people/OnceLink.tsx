import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./People.module.css";

export interface OnceLinkProps {
  /** Null when a mailer took it to the address. */
  readonly link: string | null;
  readonly email: string;
  /** What whoever opens it can do. */
  readonly words: string;
  readonly onDone: () => void;
}

/** A link that is its own proof, the one time that it can be seen. */
export function OnceLink({ link, email, words, onDone }: OnceLinkProps) {
  const { t } = useTranslation();
  return (
    <Stack>
      {link === null ? (
        <Text>{t("people.mailed", { email })}</Text>
      ) : (
        <>
          <Text>{words}</Text>
          <div className={classes.secret}>
            <Mono>{link}</Mono>
            <CopyButton value={link} what={t("people.link")} />
          </div>
          <Alert color="amber">
            <Text c="var(--mantine-color-text)">{t("people.once")}</Text>
          </Alert>
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={onDone}>{link === null ? t("actions.close") : t("people.kept")}</Button>
      </Group>
    </Stack>
  );
}

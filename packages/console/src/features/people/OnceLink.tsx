import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ShownOnce } from "../../ui/ShownOnce.tsx";

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
  if (link !== null) {
    return (
      <ShownOnce
        words={words}
        value={link}
        what={t("people.link")}
        doneLabel={t("people.kept")}
        onDone={onDone}
      >
        <Alert color="amber">
          <Text c="var(--mantine-color-text)">{t("people.once")}</Text>
        </Alert>
      </ShownOnce>
    );
  }
  return (
    <Stack>
      <Text>{t("people.mailed", { email })}</Text>
      <Group justify="flex-end">
        <Button onClick={onDone}>{t("actions.close")}</Button>
      </Group>
    </Stack>
  );
}

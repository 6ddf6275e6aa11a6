import { Alert, Button, Code, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useErrorWords } from "./use-error-words.ts";

export interface ErrorAlertProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  /** Further ways to mend it. */
  readonly children?: ReactNode;
}

/** An error on the page: what failed, the server's particulars, and what can be done. */
export function ErrorAlert({ error, onRetry, children }: ErrorAlertProps) {
  const { t } = useTranslation();
  const { title, detail, code } = useErrorWords()(error);
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={title}
      styles={{ title: { color: "var(--mantine-color-text)" }, body: { minWidth: 0 } }}
    >
      <Text c="var(--mantine-color-text)">{detail}</Text>
      <Group gap="sm" mt="xs" wrap="wrap">
        {onRetry && (
          <Button variant="default" onClick={onRetry}>
            {t("actions.retry")}
          </Button>
        )}
        {children}
        {code && <Code fz="xs">{code}</Code>}
      </Group>
    </Alert>
  );
}

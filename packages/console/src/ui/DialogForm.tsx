import { Button, Group, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "./ErrorAlert.tsx";

export interface DialogFormProps {
  readonly submitLabel: string;
  readonly isBusy: boolean;
  /** False while something is missing. Default true. */
  readonly isReady?: boolean;
  /** It takes something away. Default false. */
  readonly isDestructive?: boolean;
  /** Shown beside what was typed; null or left out: nothing went wrong. */
  readonly error?: Error | null;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What a dialog asks for before an act, with the act and the way out. */
export function DialogForm(props: DialogFormProps) {
  const { t } = useTranslation();
  const { children, error, isBusy, isDestructive, isReady = true, onClose, onSubmit } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A portal's events go up the tree of components, where another form may be.
    event.stopPropagation();
    if (isReady && !isBusy) onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        {error && <ErrorAlert error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("actions.keep")}
          </Button>
          <Button
            type="submit"
            {...(isDestructive ? { color: "red" } : {})}
            loading={isBusy}
            disabled={!isReady}
          >
            {props.submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

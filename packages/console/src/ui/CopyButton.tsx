import { ActionIcon, CopyButton as MantineCopy, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Puts `value` on the clipboard; `what` says what that is. */
export function CopyButton({ value, what }: { readonly value: string; readonly what: string }) {
  const { t } = useTranslation();
  return (
    <MantineCopy value={value} timeout={1500}>
      {({ copied, copy }) => {
        const label = copied ? t("actions.copied") : t("actions.copyThing", { what });
        return (
          <Tooltip label={label}>
            <ActionIcon size={22} onClick={copy} aria-label={label}>
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        );
      }}
    </MantineCopy>
  );
}

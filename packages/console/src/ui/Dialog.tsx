import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export interface DialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** Default `md`. */
  readonly size?: "md" | "lg";
  readonly onClose: () => void;
  /** Gone when the dialog closes, and with it what was typed. */
  readonly children: ReactNode;
}

/** Mounted also while it is closed: only then does the focus go back to where it was opened from. */
export function Dialog({ children, isOpen, onClose, size = "md", title }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size={size}
      closeButtonProps={{ "aria-label": t("actions.close") }}
    >
      {children}
    </Modal>
  );
}

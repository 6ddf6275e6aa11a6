import { notifications } from "@mantine/notifications";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useErrorWords } from "./use-error-words.ts";

export interface Toast {
  success(message: string): void;
  failure(error: unknown): void;
}

const shownMs = 4_000;
const failureShownMs = 10_000;

/** Short words after an act. What must not be missed belongs on the page instead. */
export function useToast(): Toast {
  const { t } = useTranslation();
  const words = useErrorWords();
  return useMemo(() => {
    const closeButtonProps = { "aria-label": t("actions.close") };
    return {
      success: (message) => {
        notifications.show({ message, color: "green", autoClose: shownMs, closeButtonProps });
      },
      failure: (error) => {
        const { title, detail: message } = words(error);
        const shown = { color: "red", autoClose: failureShownMs, closeButtonProps };
        notifications.show({ title, message, ...shown });
      },
    };
  }, [words, t]);
}

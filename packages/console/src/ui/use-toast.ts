import { notifications } from "@mantine/notifications";
import { useMemo } from "react";
import { useErrorWords } from "./use-error-words.ts";

export interface Toast {
  success(message: string): void;
  failure(error: unknown): void;
}

const shownMs = 4_000;
const failureShownMs = 10_000;

/** Short words after an act. What must not be missed belongs on the page instead. */
export function useToast(): Toast {
  const words = useErrorWords();
  return useMemo(
    () => ({
      success: (message) => {
        notifications.show({ message, color: "green", autoClose: shownMs });
      },
      failure: (error) => {
        const { title, detail } = words(error);
        notifications.show({ title, message: detail, color: "red", autoClose: failureShownMs });
      },
    }),
    [words],
  );
}

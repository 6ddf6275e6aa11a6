import { isBerthError } from "@berth/protocol";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

export interface ErrorWords {
  readonly title: string;
  /** The server's own particulars; it speaks English. */
  readonly detail: string;
  readonly code: string | undefined;
}

/** Says an error in the reader's language as far as it is known, and in the server's words. */
export function useErrorWords(): (error: unknown) => ErrorWords {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error) => {
      if (!isBerthError(error)) {
        return {
          title: t("errors.unexpected"),
          detail: t("errors.unexpectedDetail"),
          code: undefined,
        };
      }
      const key = `errors.byCode.${error.code}` as const;
      const title = i18n.exists(key) ? t(key as "errors.byCode.INTERNAL") : t("errors.refused");
      return { title, detail: error.message, code: error.code };
    },
    [t, i18n],
  );
}

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { ConfigProblem } from "./config-values.ts";

/** What is wrong with a field; what the server said is passed on as it is. */
export function useProblemWords(): (problem: ConfigProblem | string) => string {
  const { t } = useTranslation();
  return useCallback(
    (problem) => {
      if (typeof problem === "string") return problem;
      switch (problem.code) {
        case "required":
          return t("config.required");
        case "notNumber":
          return t("config.notNumber");
        case "notInteger":
          return t("config.notInteger");
        case "notJson":
          return t("config.notJson");
        case "minimum":
          return t("config.minimum", { bound: problem.bound });
        case "maximum":
          return t("config.maximum", { bound: problem.bound });
        case "minLength":
          return t("config.minLength", { bound: problem.bound });
        case "maxLength":
          return t("config.maxLength", { bound: problem.bound });
      }
    },
    [t],
  );
}

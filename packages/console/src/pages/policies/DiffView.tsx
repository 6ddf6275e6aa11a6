import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { diffLines } from "../../features/policies/diff-lines.ts";
import classes from "./Policies.module.css";

const signs = { same: " ", gone: "−", new: "+" } as const;

/** Line by line, what goes and what comes. */
export function DiffView({ before, after }: { readonly before: string; readonly after: string }) {
  const { t } = useTranslation();
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  return (
    // Long ones scroll, and what scrolls must be reached by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is a stop
    <ol className={classes.diff} aria-label={t("policies.difference")} tabIndex={0}>
      {lines.map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and do not move
        <li key={index} className={classes.line} data-kind={kind}>
          <span aria-hidden>{signs[kind]}</span>
          {kind !== "same" && (
            <span className="visually-hidden">
              {t(kind === "new" ? "policies.added" : "policies.removed")}
            </span>
          )}
          <span>{text}</span>
        </li>
      ))}
    </ol>
  );
}

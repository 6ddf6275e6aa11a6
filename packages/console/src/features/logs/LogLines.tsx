import type { LogEntryView } from "@berth/protocol/api";
import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format/use-format.ts";
import classes from "./LogLines.module.css";

export interface LogLinesProps {
  readonly entries: readonly LogEntryView[];
  readonly isFollowing: boolean;
  readonly isLoading: boolean;
}

const nearEndPx = 40;

/** Stays at the newest line while the reader does; scrolling up lets them read in peace. */
export function LogLines({ entries, isFollowing, isLoading }: LogLinesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const last = entries.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is what scrolls
  useLayoutEffect(() => {
    const element = box.current;
    if (element && isFollowing && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [last, isFollowing]);

  return (
    <section
      ref={box}
      className={classes.root}
      aria-label={t("logs.title")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: element }) => {
        const below = element.scrollHeight - element.scrollTop - element.clientHeight;
        isAtEnd.current = below < nearEndPx;
      }}
    >
      {entries.length === 0 && (
        <p className={classes.empty}>{isLoading ? t("states.loading") : t("logs.empty")}</p>
      )}
      <ol className={classes.lines}>
        {entries.map((entry) => (
          <li key={entry.id} data-level={entry.level} className={classes.line}>
            <time dateTime={entry.at} title={format.instant(entry.at)}>
              {format.time(entry.at)}
            </time>
            <span className={classes.level}>{entry.level}</span>
            <span className={classes.source} title={entry.requestId ?? undefined}>
              {entry.source}
            </span>
            <span className={classes.message}>{entry.message}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

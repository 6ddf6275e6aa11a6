/** What the view logged and did, and what is different here from a product. */
import type { DevFunction, DevState } from "@berth/protocol/dev";
import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useLayoutEffect, useRef, useState } from "react";
import lineClasses from "../features/logs/LogLines.module.css";
import classes from "./DevFooter.module.css";
import type { LogLine } from "./dev-view.ts";

export interface DevFooterProps {
  readonly log: readonly LogLine[];
  readonly state: DevState | undefined;
}

export function DevFooter({ log, state }: DevFooterProps) {
  const [isOpen, setOpen] = useState(false);
  const Chevron = isOpen ? IconChevronDown : IconChevronUp;
  const last = log.at(-1);
  return (
    <footer className={classes.root}>
      <div className={classes.bar}>
        <UnstyledButton
          className={classes.toggle}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={14} aria-hidden />
          Log
          {log.length > 0 && <span className={classes.count}>{log.length}</span>}
        </UnstyledButton>
        {last && !isOpen && (
          <span className={classes.last} data-level={last.level}>
            {last.text}
          </span>
        )}
        {state && (
          <ul className={classes.notes}>
            {notesOf(state).map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
      </div>
      {isOpen && <Lines log={log} />}
    </footer>
  );
}

function Lines({ log }: { readonly log: readonly LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const last = log.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is what scrolls
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  return (
    <section
      ref={box}
      className={classes.lines}
      aria-label="Log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {log.length === 0 && <p className={lineClasses.empty}>The view has logged nothing yet.</p>}
      <ol className={lineClasses.lines}>
        {log.map(({ at, id, level, text }) => (
          <li key={id} data-level={level} className={`${lineClasses.line} ${classes.line}`}>
            <time dateTime={new Date(at).toISOString()}>{clock.format(at)}</time>
            <span className={lineClasses.level}>{level}</span>
            <span className={lineClasses.message}>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

function notesOf({ function: now, isAsking, manifest }: DevState): readonly string[] {
  const { permissions = [], server } = manifest;
  const count = permissions.length === 1 ? "1 permission" : `${permissions.length} permissions`;
  const granted = isAsking
    ? `${count}, optional ones by prompt`
    : `${count} granted without asking`;
  return [
    ...(permissions.length === 0 ? [] : [granted]),
    ...(server === undefined ? [] : [functionNote(now)]),
  ];
}

function functionNote(now: DevFunction): string {
  switch (now.state) {
    case "none":
      return "the function is not run: calls to it fail";
    case "starting":
      return "the function is being installed";
    case "running":
      return "the function runs here, its data for as long";
    case "absent":
      return `the function does not run: ${now.reason}`;
  }
}

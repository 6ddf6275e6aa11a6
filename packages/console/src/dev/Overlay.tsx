/**
 * Stands over the view while its build is broken, or after it threw.
 *
 * Trust: message, file names and sources are other people's text; all of it is drawn as text.
 */
import type { DevFrame, DevProblem } from "@berth/protocol/dev";
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useId } from "react";
import type { ViewCrash } from "./dev-view.ts";
import { Excerpt } from "./Excerpt.tsx";
import { foldForeign, placeOf } from "./fold-foreign.ts";
import classes from "./Overlay.module.css";

export interface BuildOverlayProps {
  readonly problem: DevProblem;
  readonly hasGoodBuild: boolean;
  readonly onHide: () => void;
}

export function BuildOverlay({ hasGoodBuild, onHide, problem }: BuildOverlayProps) {
  const { excerpt, message, others, place } = problem;
  const at = place === null ? undefined : "line" in place ? placeOf(place) : place.file;
  return (
    <Overlay title="The build is broken" onHide={onHide} message={message} at={at}>
      {excerpt && <Excerpt excerpt={excerpt} />}
      {others.length > 0 && (
        <ul className={classes.others} aria-label="Further problems">
          {others.map((other) => (
            <li key={other}>{other}</li>
          ))}
        </ul>
      )}
      <p className={classes.hint}>
        {hasGoodBuild
          ? "The last good view goes on behind this. The next save that builds takes this away."
          : "The next save that builds shows the view."}
      </p>
    </Overlay>
  );
}

export function CrashOverlay({ crash, onHide }: { crash: ViewCrash; onHide: () => void }) {
  const { code, isFatal, message, trace } = crash;
  const first = trace?.frames.find(({ isOwn }) => isOwn) ?? trace?.frames[0];
  return (
    <Overlay
      title={isFatal ? "The view has ended" : "The view threw"}
      code={code}
      onHide={onHide}
      message={message}
      at={first && placeOf(first.place)}
    >
      {trace?.excerpt && <Excerpt excerpt={trace.excerpt} />}
      {trace && trace.frames.length > 0 && <Stack frames={trace.frames} />}
      <p className={classes.hint}>
        {isFatal
          ? "The next save starts it again, with the state that it kept."
          : "Nobody caught this; the view goes on."}
      </p>
    </Overlay>
  );
}

interface OverlayProps {
  readonly title: string;
  readonly code?: string;
  readonly message: string;
  readonly at: string | undefined;
  readonly onHide: () => void;
  readonly children: ReactNode;
}

function Overlay({ at, children, code, message, onHide, title }: OverlayProps) {
  const id = useId();
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === "Escape") onHide();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onHide]);
  return (
    <div className={classes.scrim}>
      <section className={classes.card} role="alert" aria-labelledby={id}>
        <header className={classes.head}>
          <IconAlertTriangle size={18} aria-hidden className={classes.icon} />
          <h2 id={id}>{title}</h2>
          {code && <code className={classes.code}>{code}</code>}
          <Tooltip label="Hide (Esc)">
            <ActionIcon ml="auto" aria-label="Hide" onClick={onHide}>
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </header>
        <div className={classes.body}>
          <p className={classes.message}>{message}</p>
          {at !== undefined && <p className={classes.place}>{at}</p>}
          {children}
        </div>
      </section>
    </div>
  );
}

function Stack({ frames }: { readonly frames: readonly DevFrame[] }) {
  return (
    <ol className={classes.stack} aria-label="Stack">
      {foldForeign(frames).map(({ isOwn, what, where }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a recursion's frames are all alike
        <li key={index} data-own={isOwn}>
          <span>{what}</span> <span>{where}</span>
        </li>
      ))}
    </ol>
  );
}

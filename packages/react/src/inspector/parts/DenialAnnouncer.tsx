/**
 * Says aloud that something was refused: at most once in five seconds, so that an app that asks
 * without end does not talk over everything else.
 */
import type { AppInspection } from "@berth/browser/inspect";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useInspectorContext } from "../inspector-context.ts";

const quietMs = 5_000;
/** A name in it is the app's, which may be long. */
const maxSaidLength = 160;

export function DenialAnnouncer({ app }: { readonly app: AppInspection }): ReactNode {
  const { words, format } = useInspectorContext();
  const [said, setSaid] = useState("");
  const total = app.totals.denialKinds;
  const told = useRef({ instance: app.instance, total, at: 0 });
  const latest = app.denials.find(({ id }) => id === total)?.reason.slice(0, maxSaidLength) ?? "";
  const { instance, at } = app;
  useEffect(() => {
    const before = told.current;
    if (before.instance !== instance) {
      told.current = { instance, total, at: 0 };
      return;
    }
    if (total === before.total || at - before.at < quietMs) return;
    told.current = { instance, total, at };
    setSaid(words.newDenials(format.number(total - before.total), latest));
  }, [instance, total, at, latest, words, format]);
  return (
    <p className="berth-hidden" role="status">
      {said}
    </p>
  );
}

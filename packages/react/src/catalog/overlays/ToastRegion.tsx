/**
 * Shows a view's notices, three at a time, at the lower edge of what is in sight of it.
 *
 * Owns how long: eight seconds, and as long as the pointer or the focus is on it. One that was closed
 * stays closed, though its app goes on drawing it, until its message changes.
 */
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { Icon } from "../icons.tsx";
import type { CatalogMessages } from "../messages.ts";
import type { ToastEntry, ToastStore } from "./toast-store.ts";

const maxShown = 3;
const shownForMs = 8_000;

export interface ToastRegionProps {
  readonly store: ToastStore;
  readonly messages: CatalogMessages;
  readonly appName: string | undefined;
}

export function ToastRegion({ store, messages, appName }: ToastRegionProps): ReactNode {
  const entries = useSyncExternalStore(store.subscribe, store.snapshot, noEntries);
  const [closed, setClosed] = useState<ReadonlyMap<string, string>>(new Map());
  const open = entries.filter(({ id, message }) => closed.get(id) !== message).slice(0, maxShown);
  const close = ({ id, message, onClose }: ToastEntry): void => {
    setClosed((known) => {
      // What the app no longer draws need not be remembered.
      const now = new Map(
        [...known].filter(([each]) => entries.some((entry) => entry.id === each)),
      );
      return now.set(id, message);
    });
    void onClose?.(null);
  };
  return (
    <div className="berth-toasts" role="log" aria-label={messages.notices}>
      {open.map((entry) => (
        <OpenToast
          key={entry.id}
          entry={entry}
          appName={appName}
          closeLabel={messages.close}
          onClose={() => close(entry)}
        />
      ))}
    </div>
  );
}

interface OpenToastProps {
  readonly entry: ToastEntry;
  readonly appName: string | undefined;
  readonly closeLabel: string;
  readonly onClose: () => void;
}

function OpenToast({ entry, appName, closeLabel, onClose }: OpenToastProps): ReactNode {
  const { message, tone = "neutral", actionLabel, onPress } = entry;
  const [isHeld, setHeld] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message is given its own time
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(onClose, shownForMs);
    return () => clearTimeout(timer);
  }, [isHeld, message]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: being looked at keeps it; nothing else happens
    <div
      className="berth-toast"
      data-tone={tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p className="berth-toast-words">
        {message}
        {appName ? <span className="berth-toast-owner">{appName}</span> : null}
      </p>
      {actionLabel === undefined ? null : (
        <button
          type="button"
          className="berth-button"
          data-variant="subtle"
          data-size="sm"
          onClick={() => {
            void onPress?.(null);
            onClose();
          }}
        >
          {actionLabel}
        </button>
      )}
      <button type="button" className="berth-icon-button" aria-label={closeLabel} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}

const none: readonly ToastEntry[] = [];

function noEntries(): readonly ToastEntry[] {
  return none;
}

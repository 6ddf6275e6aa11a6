/**
 * A native modal dialog: the browser keeps focus inside, gives it back, and makes the rest inert.
 *
 * Invariant: it is open while the app says so, with one exception. It covers the host's page, so
 * it says whose it is, and an app that does not listen to `close`, or leaves three requests in a
 * row without an answer, cannot hold the reader in it. Nor does it open under the hands of a reader
 * who types into something of the page's.
 */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useBrowserLayoutEffect } from "../browser-layout-effect.ts";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import { Icon } from "../icons.tsx";
import { afterTypingElsewhere } from "./typing-elsewhere.ts";

const maxUnansweredRequests = 3;

/** A Modal stands in the middle, a Drawer at one side. */
export type DialogProps = ComponentProps<"Drawer">;

export function Dialog(props: DialogProps): ReactNode {
  const { title, isOpen, size = "md", side, onClose, children } = props;
  const { messages, appName } = useSurroundings();
  const dialog = useRef<HTMLDialogElement>(null);
  const requests = useRef(0);
  const [isForcedShut, setForcedShut] = useState(false);
  const titleId = useId();
  const isShown = isOpen && !isForcedShut;

  useEffect(() => {
    if (isOpen) return;
    requests.current = 0;
    setForcedShut(false);
  }, [isOpen]);

  // Before the element leaves the page, so that the browser can give the focus back.
  useBrowserLayoutEffect(() => {
    const element = dialog.current;
    if (!isShown || element === null) return;
    const stopWaiting = afterTypingElsewhere(element, () => {
      if (element.open) return;
      const { documentElement } = document;
      const hasScrollBar = window.innerWidth > documentElement.clientWidth;
      documentElement.dataset.berthScrolls = String(hasScrollBar);
      element.showModal();
    });
    return () => {
      stopWaiting();
      element.close();
    };
  }, [isShown]);

  const requestClose = (): void => {
    requests.current += 1;
    if (onClose === undefined || requests.current >= maxUnansweredRequests) setForcedShut(true);
    onClose?.(null);
  };

  return (
    <dialog
      ref={dialog}
      className="berth-modal"
      data-size={size}
      data-side={side}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        requestClose();
      }}
      // A close request that is no key press, such as a phone's back gesture.
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        requestClose();
      }}
      // Browsers let a second request in a row through, whatever `cancel` said.
      onClose={(event) => {
        if (event.target === event.currentTarget && isShown && !event.currentTarget.open)
          setForcedShut(true);
      }}
    >
      {isShown ? (
        <>
          <header className="berth-modal-header">
            <h2 id={titleId} className="berth-modal-title">
              {title}
            </h2>
            {appName ? <p className="berth-modal-owner">{appName}</p> : null}
          </header>
          <div className="berth-modal-body">{children}</div>
          {/* Last, so that the first focus goes to the content. */}
          <button
            type="button"
            className="berth-icon-button berth-modal-close"
            aria-label={messages.close}
            onClick={requestClose}
          >
            <Icon name="close" />
          </button>
        </>
      ) : null}
    </dialog>
  );
}

/**
 * Something that opens below its button and closes by itself: at Escape, at a press elsewhere, when
 * the focus goes elsewhere.
 *
 * Owns whether it is open and on which side it stands. The focus goes back to the button when it is
 * closed from within, and stays where the reader has put it otherwise.
 */
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useBrowserLayoutEffect } from "../browser-layout-effect.ts";

export interface Popup {
  readonly isOpen: boolean;
  open(): void;
  /** With the focus back at the button. */
  close(): void;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly panel: RefObject<HTMLDivElement | null>;
  /** For the element that holds both. */
  readonly frame: {
    readonly ref: RefObject<HTMLDivElement | null>;
    readonly onBlur: (event: FocusEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

export function usePopup(): Popup {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  useBrowserLayoutEffect(() => {
    if (isOpen && panel.current !== null && frame.current !== null)
      place(panel.current, frame.current);
  }, [isOpen]);

  useEffect(() => {
    if (!isOpen) return;
    const onPress = (event: PointerEvent): void => {
      // A shadow root's inside is told by the path only.
      if (frame.current !== null && !event.composedPath().includes(frame.current)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPress);
    return () => document.removeEventListener("pointerdown", onPress);
  }, [isOpen]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return {
    isOpen,
    open: () => setOpen(true),
    close,
    button,
    panel,
    frame: {
      ref: frame,
      onBlur: (event) => {
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget))
          setOpen(false);
      },
      onKeyDown: (event) => {
        if (!isOpen || event.key !== "Escape") return;
        // A dialog around it stays open.
        event.preventDefault();
        close();
      },
    },
  };
}

/** Above where there is no room below, and towards the other side where it would leave the page. */
function place(panel: HTMLElement, frame: HTMLElement): void {
  const { clientWidth, clientHeight } = document.documentElement;
  const box = panel.getBoundingClientRect();
  const anchor = frame.getBoundingClientRect();
  const isBelowFull = box.bottom > clientHeight && anchor.top > box.height;
  panel.dataset.side = isBelowFull ? "above" : "below";
  panel.dataset.align = box.right > clientWidth || box.left < 0 ? "end" : "start";
}

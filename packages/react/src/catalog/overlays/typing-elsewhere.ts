/**
 * Whether the reader is typing somewhere that is not this app's: what an app opens then would take
 * the keys that were meant for the page, a password among them.
 */

/** Calls back once nobody types outside the view that `element` stands in; at once where it stands in none. */
export function afterTypingElsewhere(element: Element, callback: () => void): () => void {
  const view = element.closest(".berth-view");
  const isTyping = (): boolean => view !== null && isTypingOutside(view);
  if (!isTyping()) {
    callback();
    return () => {};
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onFocusOut = (): void => {
    clearTimeout(timer);
    // The focus is nowhere while it moves.
    timer = setTimeout(() => {
      if (isTyping()) return;
      stop();
      callback();
    });
  };
  const stop = (): void => {
    clearTimeout(timer);
    document.removeEventListener("focusout", onFocusOut);
  };
  document.addEventListener("focusout", onFocusOut);
  return stop;
}

/** Controls that take keys; another document may hold one. */
const takesKeys = "input, textarea, select, iframe, [contenteditable]:not([contenteditable=false])";

function isTypingOutside(view: Element): boolean {
  const focused = document.activeElement;
  if (focused === null || view.contains(focused)) return false;
  // A shadow root hides what it holds: its host may be a field.
  return focused.matches(takesKeys) || focused.shadowRoot !== null;
}

/**
 * The value of a control that an app controls from another thread.
 *
 * Owns what is shown. What the reader enters shows at once and is told to the app; a value that
 * comes back is an echo of something entered, perhaps of an earlier keystroke, and changes nothing.
 * A value that was never entered is the app's own will. It wins, but not under the reader's
 * fingers: it waits until the reader pauses and the app has heard everything that was entered, or
 * an answer to the first half of a word would wipe out the second.
 *
 * Invariant: once both are quiet, what is shown is the last value that the app has sent.
 */
import { useCallback, useEffect, useRef, useState } from "react";

const maxPending = 200;
/** A pause between keystrokes that counts as having stopped typing. */
const pauseMs = 400;

export interface EchoedValueOptions<Value, Entered extends Value> {
  readonly value: Value;
  /** Absent when the app does not listen: then nothing can be entered. */
  readonly onChange: ((value: Entered) => void | Promise<void>) | undefined;
  /** Called just before a value of the app's own replaces what is shown. */
  readonly beforeAdopt?: () => void;
}

export interface EchoedValue<Value, Entered extends Value> {
  readonly shown: Value;
  readonly change: (next: Entered) => void;
  /** After a submit the app may have cleared the field without ever sending what was entered. */
  readonly expectAnswer: () => void;
}

interface Progress<Value> {
  latest: Value;
  shown: Value;
  /** Told to the app and not seen back; oldest first. */
  pending: Value[];
  held: { readonly value: Value } | undefined;
  /** Entered values of which the app has not yet said that it heard them. */
  unheard: number;
  isAnswerDue: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function useEchoedValue<Value, Entered extends Value = Value>(
  options: EchoedValueOptions<Value, Entered>,
): EchoedValue<Value, Entered> {
  const { value } = options;
  const [shown, setShown] = useState(value);
  const progress = useRef<Progress<Value>>({
    latest: value,
    shown: value,
    pending: [],
    held: undefined,
    unheard: 0,
    isAnswerDue: false,
    timer: undefined,
  });
  const callbacks = useRef(options);
  useEffect(() => {
    callbacks.current = options;
  });

  const adopt = useCallback((next: Value): void => {
    const now = progress.current;
    now.pending = [];
    now.held = undefined;
    now.isAnswerDue = false;
    if (Object.is(now.shown, next)) return;
    callbacks.current.beforeAdopt?.();
    now.shown = next;
    setShown(next);
  }, []);

  const waitForPause = useCallback((): void => {
    const now = progress.current;
    clearTimeout(now.timer);
    now.timer = setTimeout(() => {
      // Hearing it begins the wait anew.
      if (now.unheard > 0) return;
      if (now.held !== undefined) adopt(now.held.value);
      else if (now.isAnswerDue) adopt(now.latest);
      else if (Object.is(now.shown, now.latest)) now.pending = [];
    }, pauseMs);
  }, [adopt]);

  useEffect(() => {
    const now = progress.current;
    now.latest = value;
    const echo = now.pending.indexOf(value);
    if (echo >= 0) {
      now.pending.splice(0, echo + 1);
      now.held = undefined;
      waitForPause();
    } else if (now.pending.length > 0) {
      now.held = { value };
      waitForPause();
    } else {
      adopt(value);
    }
  }, [value, adopt, waitForPause]);

  useEffect(() => () => clearTimeout(progress.current.timer), []);

  const change = useCallback(
    (next: Entered): void => {
      const { onChange } = callbacks.current;
      if (onChange === undefined) return;
      const now = progress.current;
      now.shown = next;
      now.isAnswerDue = false;
      now.pending = [...now.pending, next].slice(-maxPending);
      setShown(next);
      waitForPause();
      const heard = onChange(next);
      if (heard === undefined) return;
      now.unheard += 1;
      const onHeard = () => {
        now.unheard -= 1;
        waitForPause();
      };
      heard.then(onHeard, onHeard);
    },
    [waitForPause],
  );

  const expectAnswer = useCallback((): void => {
    progress.current.isAnswerDue = progress.current.pending.length > 0;
    waitForPause();
  }, [waitForPause]);

  return { shown, change, expectAnswer };
}

/**
 * The prompts that wait for the person, as React reads them: one is shown, the others wait.
 *
 * Owns nothing but the waiting line; each app has at most one prompt in it (see PermissionManager).
 */
import type { AskPermission, PermissionRequest } from "@berth/browser";
import type { PermissionAnswer } from "@berth/protocol";

export interface PermissionPrompts {
  /** For `config.permissions.askPermission`. */
  readonly askPermission: AskPermission;
  /** The request to show now; undefined when none waits. */
  readonly current: () => PermissionRequest | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  /** Answers one request; without effect when it no longer waits. */
  readonly answer: (request: PermissionRequest, answer: PermissionAnswer) => void;
}

interface Waiting {
  readonly request: PermissionRequest;
  readonly settle: (answer: PermissionAnswer) => void;
}

export function createPermissionPrompts(): PermissionPrompts {
  const listeners = new Set<() => void>();
  let line: readonly Waiting[] = [];

  function setLine(next: readonly Waiting[]): void {
    line = next;
    for (const listener of [...listeners]) listener();
  }

  function answer(request: PermissionRequest, given: PermissionAnswer): void {
    const waiting = line.find((each) => each.request === request);
    if (waiting === undefined) return;
    setLine(line.filter((each) => each !== waiting));
    waiting.settle(given);
  }

  return Object.freeze({
    askPermission: (request: PermissionRequest) =>
      new Promise<PermissionAnswer>((settle) => {
        setLine([...line, { request, settle }]);
        const leave = () => answer(request, "denied");
        request.signal.addEventListener("abort", leave, { once: true });
      }),
    current: () => line[0]?.request,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    answer,
  });
}

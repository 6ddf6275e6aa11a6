/**
 * One frame in the page whose document is our bootstrap, from its opening until its removal.
 *
 * Owns the element and the listener for its messages; what it is used for is its holder's affair.
 * Trust: only the frame's own window may say hello, and once. Whatever else it says to the page,
 * and a second document in it, is misbehaviour, which is remembered until somebody listens.
 */
import { createFrame, type FrameSource } from "./frame.ts";

export interface SandboxFrame {
  /** The frame's window, once its bootstrap has said hello; never settles when it does not. */
  readonly hello: Promise<Window>;
  /** False once it has misbehaved, was removed, or was taken out of the page by someone else. */
  readonly isUsable: boolean;
  /** For whoever looks through the page's elements, or measures them by their ids. */
  rename(title: string, id?: string): void;
  /** Calls back once when it misbehaves; at once when it has. The last listener counts. */
  onMisbehaviour(listener: () => void): void;
  /** Idempotent. */
  remove(): void;
}

export interface SandboxFrameOptions {
  readonly source: FrameSource;
  readonly title: string;
  readonly container: HTMLElement;
}

export function openSandboxFrame({ source, title, container }: SandboxFrameOptions): SandboxFrame {
  const frame = createFrame(document, source, title);
  const hello = Promise.withResolvers<Window>();
  const removal = new AbortController();
  const { signal } = removal;
  let hellos = 0;
  let loads = 0;
  let hasMisbehaved = false;
  let tell: (() => void) | undefined;
  const misbehave = (): void => {
    if (signal.aborted || hasMisbehaved) return;
    hasMisbehaved = true;
    tell?.();
  };
  const onMessage = (event: MessageEvent<unknown>): void => {
    if (event.source === null || event.source !== frame.contentWindow) return;
    const isHello = (event.data as { berth?: unknown } | null)?.berth === "hello";
    hellos += 1;
    if (isHello && hellos === 1 && event.origin === "null") hello.resolve(frame.contentWindow);
    else misbehave();
  };
  const onLoad = (): void => {
    loads += 1;
    if (loads > 1) misbehave();
  };
  window.addEventListener("message", onMessage, { signal });
  frame.addEventListener("load", onLoad, { signal });
  container.append(frame);
  return {
    hello: hello.promise,
    get isUsable() {
      return !hasMisbehaved && !signal.aborted && frame.isConnected;
    },
    rename(name, id) {
      frame.title = name;
      if (id !== undefined) frame.id = id;
    },
    onMisbehaviour(listener) {
      tell = listener;
      if (hasMisbehaved) listener();
    },
    remove() {
      removal.abort();
      frame.remove();
    },
  };
}

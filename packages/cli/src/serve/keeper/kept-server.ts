/** One server process as its keeper sees it. Trust: it is our own program, of another release perhaps. */
import type { ChildProcess } from "node:child_process";
import { type KeeperMessage, parseServerMessage, type ServerMessage } from "./messages.ts";

export interface KeptServer {
  readonly pid: number;
  /** Resolves, never rejects: with the exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Why it said that it ends. */
  readonly failure: Extract<ServerMessage, { type: "failed" }>["error"] | undefined;
  tell(word: KeeperMessage["type"]): void;
  /** The next message of that type; undefined when the process ends, or the signal aborts, before. */
  hear<Type extends ServerMessage["type"]>(
    type: Type,
    signal?: AbortSignal,
  ): Promise<Extract<ServerMessage, { type: Type }> | undefined>;
  /** At once. */
  kill(): void;
}

export function watchServer(child: ChildProcess): KeptServer {
  const listeners = new Set<(message: ServerMessage) => void>();
  let failure: KeptServer["failure"];
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
    // It could not be started at all.
    child.once("error", () => resolve(null));
  });
  child.on("message", (value) => {
    const message = parseServerMessage(value);
    if (message?.type === "failed") failure = message.error;
    if (message !== undefined) for (const listener of listeners) listener(message);
  });
  return {
    pid: child.pid ?? 0,
    exited,
    get failure() {
      return failure;
    },
    tell(type) {
      // One that ends meanwhile is seen by its end.
      if (child.connected) child.send({ type }, () => undefined);
    },
    hear(type, signal) {
      return new Promise((resolve) => {
        const end = (message: ServerMessage | undefined) => {
          listeners.delete(listen);
          signal?.removeEventListener("abort", giveUp);
          // Narrowed by its type.
          resolve(message as never);
        };
        const listen = (message: ServerMessage) => {
          if (message.type === type) end(message);
        };
        const giveUp = () => end(undefined);
        listeners.add(listen);
        signal?.addEventListener("abort", giveUp, { once: true });
        if (signal?.aborted) giveUp();
        void exited.then(giveUp);
      });
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

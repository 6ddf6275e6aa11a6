/** The keeper as a server process sees it. */
import {
  type KeeperMessage,
  type KeptPlace,
  parseKeeperMessage,
  type ServerMessage,
} from "./messages.ts";

export interface KeeperLink {
  readonly place: KeptPlace;
  /** Aborts when the keeper says so, or is gone. */
  readonly closed: AbortSignal;
  tell(message: ServerMessage): Promise<void>;
  /** Every word but `close`. One that came before is handed over at once. */
  onWord(listener: (word: KeeperMessage["type"]) => void): void;
  /** Nothing is heard or said any longer, so that the process may end. */
  leave(): void;
}

type Channel = Pick<NodeJS.Process, "on" | "send" | "disconnect" | "connected">;

export function openKeeperLink(place: KeptPlace, channel: Channel): KeeperLink {
  const closing = new AbortController();
  const early: KeeperMessage["type"][] = [];
  let listener: ((word: KeeperMessage["type"]) => void) | undefined;
  channel.on("message", (value: unknown) => {
    const word = parseKeeperMessage(value)?.type;
    if (word === undefined) return;
    if (word === "close") closing.abort();
    else if (listener === undefined) early.push(word);
    else listener(word);
  });
  channel.on("disconnect", () => closing.abort());
  return {
    place,
    closed: closing.signal,
    tell: (message) =>
      new Promise((resolve) => {
        // A keeper that is gone is seen by `disconnect`.
        if (channel.connected) channel.send?.(message, undefined, undefined, () => resolve());
        else resolve();
      }),
    onWord(listen) {
      listener = listen;
      for (const word of early.splice(0)) listen(word);
    },
    leave() {
      if (channel.connected) channel.disconnect?.();
    },
  };
}

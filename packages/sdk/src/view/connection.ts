/**
 * Gathers Remote DOM records and sends them in batches: one at a time, and the next only when the
 * host has taken the last, so that a busy host is not flooded and a busy view stays within its
 * message rate.
 *
 * Owns the queue. What it sends is plain JSON: listeners become `true`, undefined becomes null.
 */
import type { HostApi } from "@berth/protocol";
import type { RemoteConnection } from "@remote-dom/core/elements";

/** Between two batches: at most 125 a second, three messages each. */
const minGapMs = 8;

export interface ViewConnection extends RemoteConnection {
  /** Resolves when all that was drawn so far has reached the host. */
  flush(): Promise<void>;
}

type Records = Parameters<RemoteConnection["mutate"]>[0];

export function createViewConnection(host: Pick<HostApi, "mutate">): ViewConnection {
  let queue: Records[number][] = [];
  let sending: Promise<void> | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;

  async function send(): Promise<void> {
    // One turn, so that all of a render goes together.
    await Promise.resolve();
    while (queue.length > 0) {
      const waitMs = sentAt + minGapMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const batch = queue;
      queue = [];
      sentAt = performance.now();
      await host.mutate(asJson(batch));
    }
  }

  function flush(): Promise<void> {
    sending ??= send().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  return {
    mutate(records) {
      queue.push(...records);
      // A refused batch has ended the view: there is nobody left to tell.
      flush().catch(() => {});
    },
    call(_id, method) {
      throw new Error(`Catalog elements have no method ${method}.`);
    },
    flush,
  };
}

function asJson(records: Records): unknown {
  return JSON.parse(
    JSON.stringify(records, (_key, value: unknown) => (typeof value === "function" ? true : value)),
  );
}

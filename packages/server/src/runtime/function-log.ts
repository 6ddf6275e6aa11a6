/**
 * Takes what functions log, and hands it on in the order it came, stacks mapped to their sources.
 *
 * A line whose map must be read first holds the later ones of its isolate back, as far as they fit.
 */
import type { CellLogEntry } from "@berth/cells";
import type { Gateway } from "../gateway/gateway.ts";
import type { InstallationDirectory } from "../installation/live.ts";
import type { StackMapper } from "./source-maps/map-stacks.ts";
import { isolateKeyOf } from "./spec.ts";

export interface FunctionLogOptions {
  readonly mapper: StackMapper;
  readonly directory: Pick<InstallationDirectory, "findLoaded">;
  readonly gateway: Pick<Gateway, "log">;
}

const maxWaiting = 1_000;

/** @returns a pool's `onLog`; never throws */
export function createFunctionLog(options: FunctionLogOptions): (entry: CellLogEntry) => void {
  const { mapper, directory, gateway } = options;
  const waiting = new Map<string, CellLogEntry[]>();

  function mapEntry(entry: CellLogEntry): string | Promise<string> {
    const { isolateKey, message } = entry;
    const live = directory.findLoaded(isolateKey.split("@", 1)[0] ?? "");
    // Of a release that is not served any longer, the positions mean nothing here.
    if (live === undefined || isolateKeyOf(live) !== isolateKey) return message;
    return mapper.map(message, { installationId: live.id, digest: live.digest });
  }

  /** Writes the entries in turn, until one has to wait. */
  function writeAll(entries: CellLogEntry[], isolateKey: string): void {
    for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) {
      const message = mapEntry(entry);
      if (typeof message === "string") gateway.log({ ...entry, message });
      else {
        const first = entry;
        waiting.set(isolateKey, entries);
        void message.then((mapped) => {
          gateway.log({ ...first, message: mapped });
          writeAll(entries, isolateKey);
        });
        return;
      }
    }
    waiting.delete(isolateKey);
  }

  return (entry) => {
    const queue = waiting.get(entry.isolateKey);
    if (queue === undefined) writeAll([entry], entry.isolateKey);
    else if (queue.length < maxWaiting) queue.push(entry);
    else gateway.log(entry);
  };
}

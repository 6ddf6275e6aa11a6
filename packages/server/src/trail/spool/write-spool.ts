/**
 * Appends records to this process' spool, each written to the kernel before the call returns: a
 * process that is killed after that loses none. A power cut may lose what the kernel had not put on
 * the disk yet.
 *
 * Invariant: `append` either leaves the whole record in the file, or throws and leaves none of it.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { BerthError } from "@berth/protocol";
import { formatFrame } from "./frame.ts";
import { segmentPath } from "./segments.ts";

export interface SpoolWriter {
  readonly id: string;
  /** The file that it writes to; undefined before the first record and after `close`. */
  readonly activePath: string | undefined;
  /** Appended, and not in the log yet. */
  readonly waitingBytes: number;
  /** @throws STORAGE_FULL when it cannot be written, or too much waits to be sequenced */
  append(payload: string): void;
  /** So many bytes of it are in the log. */
  release(bytes: number): void;
  close(): void;
}

export interface SpoolWriterOptions {
  readonly id: string;
  /** Made when missing. */
  readonly folder: string;
  /** A file is closed when it is larger. Default 8 MiB. */
  readonly segmentBytes?: number;
  /** More than this is not kept waiting: calls that would be recorded are refused. Default 1 GiB. */
  readonly maxWaitingBytes?: number;
  /** Opens a new file for appending. Default: the file system's. */
  readonly openFile?: (path: string) => number;
}

const mode = 0o600;
/** Most records fit; for a larger one room is made. */
const scratchBytes = 16_384;

function full(why: string, cause?: unknown): BerthError {
  return new BerthError(
    "STORAGE_FULL",
    `The decision about this call cannot be recorded, so the call is refused: ${why}; free space where the data folder lies, or see why the database does not take the log.`,
    { cause },
  );
}

export function createSpoolWriter(options: SpoolWriterOptions): SpoolWriter {
  const { id, folder, segmentBytes = 8_388_608, maxWaitingBytes = 1_073_741_824 } = options;
  const openFile = options.openFile ?? ((path: string) => openSync(path, "ax", mode));
  const scratch = Buffer.allocUnsafe(scratchBytes);
  let open: { readonly fd: number; readonly path: string; bytes: number } | undefined;
  let segment = 0;
  let number = 0;
  let waitingBytes = 0;

  function close(): void {
    if (open === undefined) return;
    const { fd } = open;
    open = undefined;
    closeSync(fd);
  }

  function provide(): NonNullable<typeof open> {
    if (open !== undefined && open.bytes < segmentBytes) return open;
    close();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = segmentPath(folder, id, segment);
    segment += 1;
    open = { fd: openFile(path), path, bytes: 0 };
    return open;
  }

  /** What was written of a record that did not fit goes; where it cannot, the file is left to its torn end. */
  function takeBack(file: NonNullable<typeof open>): void {
    try {
      ftruncateSync(file.fd, file.bytes);
    } catch {
      // Whoever reads it stops at the torn record; the next one begins another file.
      close();
    }
  }

  function write(frame: Buffer): void {
    const file = provide();
    try {
      for (let at = 0; at < frame.length; ) at += writeSync(file.fd, frame, at);
    } catch (cause) {
      takeBack(file);
      throw cause;
    }
    file.bytes += frame.length;
  }

  return {
    id,
    get activePath() {
      return open?.path;
    },
    get waitingBytes() {
      return waitingBytes;
    },
    append(payload) {
      const frame = formatFrame({ number: number + 1, payload }, scratch);
      if (waitingBytes + frame.length > maxWaitingBytes) {
        throw full(`${waitingBytes} bytes wait to be sequenced`);
      }
      try {
        write(frame);
      } catch (cause) {
        throw full((cause as NodeJS.ErrnoException).code ?? "it could not be written", cause);
      }
      number += 1;
      waitingBytes += frame.length;
    },
    release(bytes) {
      waitingBytes = Math.max(0, waitingBytes - bytes);
    },
    close,
  };
}

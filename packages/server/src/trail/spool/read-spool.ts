/**
 * Reads what waits in a folder of spools, in the order in which it was written, and removes files that
 * are in the log as a whole.
 *
 * Owns how far it has read; the database says how far the log has it, so that what was read twice,
 * because a process died in between, is told apart by its number.
 */
import { open, rename, rm, stat } from "node:fs/promises";
import type { Logger } from "pino";
import { maxPayloadBytes, readFrames, type SpoolRecord } from "./frame.ts";
import { listSegments, type Segment } from "./segments.ts";

export interface SpoolGroup {
  readonly spoolId: string;
  /** In order; none when only damage was found. */
  readonly records: readonly SpoolRecord[];
  readonly bytes: number;
  /** What could not be read, and is no torn end. */
  readonly damage: { readonly file: string; readonly lostBytes: number } | undefined;
  /** Call once it is in the log. */
  done(): Promise<void>;
}

export interface SpoolReader {
  /** The next records; undefined when none wait. Not called again before `done` was, or it failed. */
  next(maxRecords: number): Promise<SpoolGroup | undefined>;
}

export interface SpoolReaderOptions {
  readonly folder: string;
  /** The file that is still written to: not to be removed. */
  readonly activePath: () => string | undefined;
  readonly logger: Logger;
  /** The spools that are read; others in the folder are somebody else's. Default: all. */
  readonly only?: ReadonlySet<string>;
}

const chunkBytes = 2 * maxPayloadBytes;

async function readChunk(path: string, from: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(0, size - from)));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

const isZero = (bytes: Buffer) => bytes.every((byte) => byte === 0);

export function createSpoolReader(options: SpoolReaderOptions): SpoolReader {
  const { folder, activePath, logger, only } = options;
  const readUntil = new Map<string, number>();

  const forget = (path: string) => void readUntil.delete(path);

  async function remove(path: string): Promise<void> {
    await rm(path, { force: true });
    forget(path);
  }

  /**
   * @returns undefined when the file held nothing more and is gone; `written-to` when more may come:
   * then nothing after it of the same spool may be read before
   */
  async function readSegment(
    { spoolId, path }: Segment,
    maxRecords: number,
  ): Promise<SpoolGroup | "written-to" | undefined> {
    // Asked before it is read: what is written to it meanwhile is found the next time.
    const isActive = path === activePath();
    const from = readUntil.get(path) ?? 0;
    const bytes = await readChunk(path, from);
    const { records, readBytes, end } = readFrames(bytes, maxRecords);
    if (records.length > 0) {
      const done = async () => void readUntil.set(path, from + readBytes);
      return { spoolId, records, bytes: readBytes, damage: undefined, done };
    }
    if (isActive) return "written-to";
    if (end === "damaged" && !isZero(bytes)) {
      const lostBytes = (await stat(path)).size - from;
      const done = async () => {
        await rename(path, `${path}.damaged`);
        forget(path);
      };
      logger.error({ path, from, lostBytes }, "A spool of the audit log is damaged");
      return { spoolId, records, bytes: 0, damage: { file: path, lostBytes }, done };
    }
    if (bytes.length > 0) {
      logger.warn({ path, tornBytes: bytes.length }, "A spool of the audit log has a torn end");
    }
    await remove(path);
    return undefined;
  }

  return {
    async next(maxRecords) {
      let skipped: string | undefined;
      for (const segment of await listSegments(folder)) {
        if (segment.spoolId === skipped || only?.has(segment.spoolId) === false) continue;
        const group = await readSegment(segment, maxRecords);
        if (group === "written-to") skipped = segment.spoolId;
        else if (group !== undefined) return group;
      }
      return undefined;
    },
  };
}

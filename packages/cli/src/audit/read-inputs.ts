/** What `berth audit verify` is given besides the export: files that the person who verifies kept elsewhere. */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type AnchoredCheckpoint, parseVerifierKey, type VerifierKey } from "@berth/audit";
import { BerthError, isBerthError } from "@berth/protocol";

const maxNoteBytes = 65_536;
const readChunkBytes = 1_048_576;

function unreadable(path: string, cause: unknown): BerthError {
  const { code } = cause as NodeJS.ErrnoException;
  return new BerthError("FILE_UNREADABLE", `${path} cannot be read: ${code ?? "unknown"}.`, {
    cause,
  });
}

/** @throws OPTION_INVALID naming the option */
export function parseKeyOption(option: string, text: string): VerifierKey {
  try {
    return parseVerifierKey(text.trim());
  } catch (cause) {
    if (!isBerthError(cause)) throw cause;
    throw new BerthError("OPTION_INVALID", `${option}: ${cause.message}`, { cause });
  }
}

/** @throws FILE_UNREADABLE */
export async function readCheckpointFile(cwd: string, path: string): Promise<AnchoredCheckpoint> {
  const place = resolve(cwd, path);
  try {
    await using file = await open(place);
    // One byte more than is allowed: a longer file is found malformed, not cut.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxNoteBytes + 1));
    return { place, note: buffer.toString("utf8", 0, bytesRead) };
  } catch (cause) {
    throw unreadable(place, cause);
  }
}

export interface ExportFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** @throws FILE_UNREADABLE, here or while it is read */
export async function openExportFile(cwd: string, path: string): Promise<ExportFile> {
  const place = resolve(cwd, path);
  try {
    const { size } = await stat(place);
    return { path: place, sizeBytes: size, chunks: readChunks(place) };
  } catch (cause) {
    throw unreadable(place, cause);
  }
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: readChunkBytes });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** What `berth audit verify` is given besides the export: files that the person who verifies kept elsewhere. */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type AnchoredCheckpoint,
  parseS3Location,
  parseVerifierKey,
  readAnchorFolder,
  readS3Anchor,
  type S3Fetch,
  type VerifierKey,
} from "@berth/audit";
import { BerthError, isBerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import { parseS3Credentials } from "../serve/audit-options.ts";

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

const s3TimeoutMs = 30_000;
/** A page of a list of versions has some 300 KB. */
const maxS3AnswerBytes = 4_194_304;

async function readBounded(body: Response["body"]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxS3AnswerBytes) throw new Error(`it answers more than ${maxS3AnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const fetchS3: S3Fetch = async ({ body, headers, method, url }) => {
  const answer = await fetch(url, {
    ...{ method, headers, redirect: "error", signal: AbortSignal.timeout(s3TimeoutMs) },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, body: await readBounded(answer.body) };
};

/**
 * All checkpoints of a folder, or of a bucket by its address.
 *
 * @throws FILE_UNREADABLE, OPTION_INVALID, AUDIT_ANCHOR_FAILED
 */
export function readAnchors(
  { cwd, env, now, signal }: Pick<CliContext, "cwd" | "env" | "now" | "signal">,
  place: string,
): Promise<readonly AnchoredCheckpoint[]> {
  if (!/^https?:\/\//.test(place)) return readAnchorFolder(resolve(cwd, place));
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  return readS3Anchor({
    ...{ location: parseS3Location(place), credentials: parseS3Credentials(env) },
    ...{ fetch: fetchS3, now, signal },
    ...(region ? { region } : {}),
  });
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

/**
 * Drives the tar library over a hostile stream.
 *
 * The library accepts much more than a package may hold (extension records of megabytes, any
 * number of empty blocks), so this file bounds what lies between two entries; `unpack.ts` then
 * requires that every byte is the canonical one.
 */
import { isBerthError } from "@berth/protocol";
import { extract, type Header } from "tar-stream";
import { malformed } from "./digest-index.ts";
import type { EntryCollector } from "./entries.ts";
import type { PackageLimits } from "./limits.ts";
import { quotePath } from "./paths.ts";

export interface FeedOptions {
  readonly collector: EntryCollector;
  readonly limits: PackageLimits;
  /** Sees every chunk before it is parsed. */
  readonly onChunk: (chunk: Uint8Array) => void;
}

const blockBytes = 512;
const pieceBytes = 32 * 1024;

/** Set by the library and missing from its types: where the entry's content begins. */
interface LocatedHeader extends Header {
  readonly byteOffset: number;
}

/**
 * Header, extension header, extension record and end marker: all that a canonical archive has
 * between the contents of two files.
 */
function maxGapBytes(limits: PackageLimits): number {
  return 6 * blockBytes + limits.maxPathBytes;
}

/** Feeds all chunks to the collector. Returns the number of bytes read. */
export async function feedArchive(
  chunks: AsyncIterable<Uint8Array>,
  options: FeedOptions,
): Promise<number> {
  const { collector, limits } = options;
  const reader = openReader(collector);
  let readBytes = 0;
  try {
    for await (const chunk of chunks) {
      options.onChunk(chunk);
      for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        await reader.write(piece);
        readBytes += piece.byteLength;
        if (readBytes - reader.contentEnd() > maxGapBytes(limits)) {
          throw malformed(
            `The archive has more than ${maxGapBytes(limits)} bytes after byte ${reader.contentEnd()} that belong to no file`,
          );
        }
      }
    }
    await reader.end();
  } finally {
    reader.close();
  }
  return readBytes;
}

interface Reader {
  /** Resolves when every complete header within the bytes so far was judged. */
  write(piece: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): void;
  /** Where the content of the entry that began last ends, padding included. */
  contentEnd(): number;
}

function openReader(collector: EntryCollector): Reader {
  // With a mark of one byte every write waits until the library took the piece.
  const stream = extract({ highWaterMark: 1 });
  let failure: unknown;
  let isClosed = false;
  let contentEnd = 0;
  let wake: (() => void) | undefined;

  const attempt = (act: () => void): void => {
    if (failure !== undefined) return;
    try {
      act();
    } catch (error) {
      failure = error;
      stream.destroy(null);
    }
  };
  stream.on("entry", (header, content, next) => {
    // The library sets it on every header that it emits.
    const { byteOffset, name, size } = header as LocatedHeader;
    contentEnd = byteOffset + Math.ceil(size / blockBytes) * blockBytes;
    attempt(() => {
      // A size that the library cannot read comes as null, and the library would wait for ever.
      if (!Number.isSafeInteger(size) || size < 0) {
        throw malformed(`The header of ${quotePath(name)} has a size that is not a number`);
      }
      collector.begin({ path: name, bytes: size, kind: header.type });
    });
    // An entry's stream holds buffers only; the library's types leave the elements open.
    content.on("data", (bytes) => attempt(() => collector.data(bytes as Uint8Array)));
    content.on("error", (error: unknown) => {
      failure ??= error;
    });
    content.on("end", () => {
      attempt(() => collector.end());
      next();
    });
  });
  stream.on("error", (error: unknown) => {
    failure ??= error;
  });
  stream.on("drain", () => wake?.());
  stream.on("close", () => {
    isClosed = true;
    wake?.();
  });

  const throwFailure = (): void => {
    if (failure === undefined) return;
    if (isBerthError(failure)) throw failure;
    const reason = failure instanceof Error ? failure.message : String(failure);
    throw malformed(
      `The package is not a readable tar archive: ${reason.replace(/\.$/, "")}`,
      failure,
    );
  };
  const untilWoken = async (): Promise<void> => {
    const woken = Promise.withResolvers<void>();
    wake = woken.resolve;
    if (!isClosed) await woken.promise;
    wake = undefined;
    throwFailure();
  };

  return {
    async write(piece) {
      throwFailure();
      if (!stream.write(piece)) await untilWoken();
    },
    async end() {
      throwFailure();
      stream.end(null);
      while (!isClosed) await untilWoken();
      throwFailure();
    },
    close: () => void stream.destroy(null),
    contentEnd: () => contentEnd,
  };
}

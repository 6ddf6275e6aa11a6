/**
 * Cuts a byte stream into lines without ever holding more than one line and one chunk.
 *
 * Trust: the bytes are a stranger's. A line that is too long is dropped as it comes.
 */
import { isUtf8 } from "node:buffer";

/** What a line is, or why it cannot be read. */
export type RawLine =
  | { readonly text: string; readonly number: number }
  | { readonly problem: string; readonly number: number };

export interface LineSplitter {
  /** Calls `onLine` for each line that is whole now. */
  push(chunk: Uint8Array): void;
  /** What follows the last newline is a line too. */
  end(): void;
}

const newline = 0x0a;

export function createLineSplitter(
  maxLineBytes: number,
  onLine: (line: RawLine) => void,
): LineSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isDropping = false;
  let number = 0;

  function emit(bytes: Buffer): void {
    number += 1;
    if (isUtf8(bytes)) onLine({ text: bytes.toString("utf8"), number });
    else onLine({ problem: "is not UTF-8", number });
  }

  function emitTooLong(): void {
    number += 1;
    onLine({ problem: `is longer than ${maxLineBytes} bytes`, number });
  }

  function finishLine(last: Buffer): void {
    if (isDropping || heldBytes + last.length > maxLineBytes) emitTooLong();
    else emit(held.length === 0 ? last : Buffer.concat([...held, last]));
    held = [];
    heldBytes = 0;
    isDropping = false;
  }

  function hold(rest: Buffer): void {
    if (isDropping) return;
    heldBytes += rest.length;
    if (heldBytes > maxLineBytes) {
      isDropping = true;
      held = [];
    } else if (rest.length > 0) {
      // A copy: the reader may use its chunk again.
      held.push(Buffer.from(rest));
    }
  }

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (;;) {
        const end = bytes.indexOf(newline, start);
        if (end < 0) break;
        finishLine(bytes.subarray(start, end));
        start = end + 1;
      }
      hold(bytes.subarray(start));
    },
    end() {
      if (isDropping || heldBytes > 0) finishLine(Buffer.alloc(0));
    },
  };
}

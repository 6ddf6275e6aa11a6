/**
 * Follows the frames (RFC 6455, section 5.2) in one direction of a WebSocket, without their payload.
 *
 * Says when a frame of our own may be written between two others, and whether a closing frame went
 * by. Trust: the bytes are an app's; a frame may announce any length.
 */

const closeOpcode = 0x8;
const isControl = (opcode: number) => opcode >= closeOpcode;
const maxHeaderBytes = 14;
/** Of ping, pong and close; RFC 6455, section 5.5. */
const maxControlBytes = 125;

export interface FrameTrack {
  /** Takes the next bytes. @returns false once a message is announced as longer than it may be */
  take(chunk: Uint8Array): boolean;
  /** Frames that began since it was asked last; of a message in parts each. */
  takeFrames(): number;
  /** True between two frames: no header and no payload is open. */
  isBetweenFrames(): boolean;
  /** True once the whole of a closing frame went by. */
  hasClosed(): boolean;
}

export function createFrameTrack(maxMessageBytes: number): FrameTrack {
  const header = Buffer.alloc(maxHeaderBytes);
  let filled = 0;
  let payloadLeft = 0;
  /** Of the frames so far of a message that comes in several. */
  let messageBytes = 0;
  let isClosing = false;
  let hasClosed = false;
  let isOver = false;
  let frames = 0;

  /** How many bytes the header has, as far as is known. */
  function headerBytes(): number {
    if (filled < 2) return 2;
    const length = (header[1] ?? 0) & 0x7f;
    const extended = length === 127 ? 8 : length === 126 ? 2 : 0;
    return 2 + extended + (((header[1] ?? 0) & 0x80) === 0 ? 0 : 4);
  }

  function payloadBytes(): number {
    const length = (header[1] ?? 0) & 0x7f;
    if (length === 126) return header.readUInt16BE(2);
    if (length === 127) return header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6);
    return length;
  }

  function takeHeader(first: number): void {
    frames += 1;
    payloadLeft = payloadBytes();
    const opcode = first & 0x0f;
    isClosing = opcode === closeOpcode;
    if (isControl(opcode)) {
      isOver = payloadLeft > maxControlBytes;
      return;
    }
    messageBytes += payloadLeft;
    isOver = messageBytes > maxMessageBytes;
    const isLast = (first & 0x80) !== 0;
    if (isLast) messageBytes = 0;
  }

  function endPayload(): void {
    if (payloadLeft === 0 && isClosing) hasClosed = true;
  }

  return {
    take(chunk) {
      let at = 0;
      while (at < chunk.length && !isOver) {
        if (payloadLeft > 0) {
          const step = Math.min(payloadLeft, chunk.length - at);
          payloadLeft -= step;
          at += step;
          endPayload();
          continue;
        }
        header[filled] = chunk[at] ?? 0;
        filled += 1;
        at += 1;
        if (filled < 2 || filled < headerBytes()) continue;
        filled = 0;
        takeHeader(header[0] ?? 0);
        endPayload();
      }
      return !isOver;
    },
    takeFrames() {
      const begun = frames;
      frames = 0;
      return begun;
    },
    isBetweenFrames: () => filled === 0 && payloadLeft === 0 && !isOver,
    hasClosed: () => hasClosed,
  };
}

const maxReasonBytes = 123;

/** An unmasked closing frame, as a server sends it. */
export function buildCloseFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason).subarray(0, maxReasonBytes);
  const frame = Buffer.alloc(4 + text.length);
  frame[0] = 0x80 | closeOpcode;
  frame[1] = 2 + text.length;
  frame.writeUInt16BE(code, 2);
  text.copy(frame, 4);
  return frame;
}

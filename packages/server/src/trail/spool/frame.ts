/**
 * A record as it lies in a spool: length of the payload (4 bytes), CRC-32 of what follows it (4), the
 * record's number (8), the payload in UTF-8; numbers are little-endian.
 *
 * A power cut can leave a record half written, or a tail of zeros; nothing after it was acknowledged
 * with it missing, so reading ends there.
 */
import { crc32 } from "node:zlib";

export interface SpoolRecord {
  /** Grows by one from record to record of a spool, from 1. */
  readonly number: number;
  readonly payload: string;
}

export interface ReadFrames {
  readonly records: readonly SpoolRecord[];
  /** How many bytes they take. */
  readonly readBytes: number;
  /**
   * How it ended: `whole` at a record's end, `short` in the middle of one, `damaged` at one that is
   * there and is not what was written.
   */
  readonly end: "whole" | "short" | "damaged";
}

const headBytes = 16;
const crcAt = 4;
const numberAt = 8;
/** An entry has bounded fields; a length beyond this was never written. */
export const maxPayloadBytes = 262_144;

/** UTF-8 has at most so many bytes for a UTF-16 code unit. */
const maxBytesOfUnit = 3;

/**
 * @param into - used when it is large enough for any text of that length: what is given back is then a
 *   part of it, until the next call with it
 * @throws TypeError for a payload that would not be read back
 */
export function formatFrame({ number, payload }: SpoolRecord, into?: Buffer): Buffer {
  const isRoomy = into !== undefined && headBytes + maxBytesOfUnit * payload.length <= into.length;
  const room = isRoomy ? into : Buffer.allocUnsafe(headBytes + Buffer.byteLength(payload));
  const body = room.write(payload, headBytes, "utf8");
  if (body === 0 || body > maxPayloadBytes) {
    throw new TypeError(`A spool's record has ${body} bytes; expected 1 to ${maxPayloadBytes}.`);
  }
  room.writeUInt32LE(body, 0);
  room.writeUInt32LE(number % 2 ** 32, numberAt);
  room.writeUInt32LE(Math.floor(number / 2 ** 32), numberAt + 4);
  room.writeUInt32LE(crc32(room.subarray(numberAt, headBytes + body)), crcAt);
  return room.subarray(0, headBytes + body);
}

/** @param maxRecords - how many are read at most; then `end` is `whole` */
export function readFrames(bytes: Buffer, maxRecords: number): ReadFrames {
  const records: SpoolRecord[] = [];
  let at = 0;
  const until = (end: ReadFrames["end"]): ReadFrames => ({ records, readBytes: at, end });
  while (records.length < maxRecords && at < bytes.length) {
    if (at + headBytes > bytes.length) return until("short");
    const body = bytes.readUInt32LE(at);
    if (body === 0 || body > maxPayloadBytes) return until("damaged");
    const next = at + headBytes + body;
    if (next > bytes.length) return until("short");
    if (crc32(bytes.subarray(at + numberAt, next)) !== bytes.readUInt32LE(at + crcAt)) {
      return until("damaged");
    }
    const number = Number(bytes.readBigUInt64LE(at + numberAt));
    records.push({ number, payload: bytes.toString("utf8", at + headBytes, next) });
    at = next;
  }
  return until("whole");
}

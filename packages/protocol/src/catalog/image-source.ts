/**
 * Pictures that a view may show: PNG, JPEG and WebP, as data URLs of at most `maxImageSourceLength`
 * characters.
 *
 * Trust: the bytes are an app's and are decoded in the host's page. A few hundred bytes can stand
 * for gigabytes of pixels or for hours of passes, so the size in pixels is read from the header
 * before a browser sees it, and what moves, or comes in very many passes, is refused. Addresses are
 * refused because loading one would carry data out; SVG because it is a document.
 */

export const maxImageSourceLength = 700_000;
const maxImagePixels = 4_194_304;
const maxImageSide = 8_192;
/** Of a progressive JPEG; usual ones have ten. */
const maxJpegScans = 32;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const head = /^data:image\/(png|jpeg|webp);base64,/;

/** The picture's size in pixels; undefined for what may not be shown. */
export function findImageSize(source: string): ImageSize | undefined {
  if (source.length > maxImageSourceLength) return undefined;
  const kind = head.exec(source);
  if (kind === null) return undefined;
  const bytes = readBase64(source, kind[0].length);
  if (bytes === undefined) return undefined;
  const size =
    kind[1] === "png"
      ? sizeOfPng(bytes)
      : kind[1] === "jpeg"
        ? sizeOfJpeg(bytes)
        : sizeOfWebp(bytes);
  if (size === undefined || size.width < 1 || size.height < 1) return undefined;
  const { width, height } = size;
  const isSmall = width <= maxImageSide && height <= maxImageSide;
  return isSmall && width * height <= maxImagePixels ? size : undefined;
}

function sizeOfPng(bytes: Uint8Array): ImageSize | undefined {
  if (!hasWord(bytes, 1, "PNG\r\n\u001a\n") || bytes[0] !== 0x89) return undefined;
  if (!hasWord(bytes, 12, "IHDR")) return undefined;
  // An animation says so before the first picture.
  for (let at = 8; at + 8 <= bytes.length; at += 12 + readBig(bytes, at, 4)) {
    if (hasWord(bytes, at + 4, "acTL")) return undefined;
    if (hasWord(bytes, at + 4, "IDAT")) break;
  }
  return { width: readBig(bytes, 16, 4), height: readBig(bytes, 20, 4) };
}

function sizeOfWebp(bytes: Uint8Array): ImageSize | undefined {
  if (!hasWord(bytes, 0, "RIFF") || !hasWord(bytes, 8, "WEBP")) return undefined;
  if (hasWord(bytes, 12, "VP8 "))
    return { width: readLittle(bytes, 26, 2) & 0x3fff, height: readLittle(bytes, 28, 2) & 0x3fff };
  if (hasWord(bytes, 12, "VP8L")) {
    const packed = readLittle(bytes, 21, 4);
    return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
  }
  const isAnimated = ((bytes[20] ?? 0) & 2) !== 0;
  if (!hasWord(bytes, 12, "VP8X") || isAnimated) return undefined;
  return { width: readLittle(bytes, 24, 3) + 1, height: readLittle(bytes, 27, 3) + 1 };
}

function sizeOfJpeg(bytes: Uint8Array): ImageSize | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let size: ImageSize | undefined;
  let scans = 0;
  let at = 2;
  while (at + 9 < bytes.length) {
    const mark = bytes[at + 1] ?? 0;
    // Picture data runs until a mark; 00, 01 and the restart marks have no length of their own.
    if (bytes[at] !== 0xff || mark < 2 || mark === 0xff || (mark >= 0xd0 && mark <= 0xd7)) {
      at += 1;
      continue;
    }
    if (mark === 0xd9) break;
    const length = readBig(bytes, at + 2, 2);
    // Whatever a decoder makes of these, it is not what is read here.
    if (mark === 0xd8 || length < 2) return undefined;
    if (mark === 0xda) scans += 1;
    // The marks of frames; C4, C8 and CC among them mean tables.
    if (mark >= 0xc0 && mark <= 0xcf && mark !== 0xc4 && mark !== 0xc8 && mark !== 0xcc) {
      // A second frame would not be of the size that was read.
      if (size !== undefined) return undefined;
      size = { width: readBig(bytes, at + 7, 2), height: readBig(bytes, at + 5, 2) };
    }
    at += 2 + length;
  }
  return scans <= maxJpegScans ? size : undefined;
}

function hasWord(bytes: Uint8Array, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index += 1)
    if (bytes[at + index] !== word.charCodeAt(index)) return false;
  return true;
}

function readBig(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = 0; index < length; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

function readLittle(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index -= 1)
    value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function readBase64(source: string, from: number): Uint8Array | undefined {
  const end = source.length - (source.endsWith("==") ? 2 : source.endsWith("=") ? 1 : 0);
  if (end <= from || (source.length - from) % 4 !== 0) return undefined;
  const values = new Int8Array(128).fill(-1);
  for (let index = 0; index < digits.length; index += 1) values[digits.charCodeAt(index)] = index;
  const bytes = new Uint8Array(Math.floor(((end - from) * 3) / 4));
  let held = 0;
  let bits = 0;
  let out = 0;
  for (let at = from; at < end; at += 1) {
    const value = values[source.charCodeAt(at)] ?? -1;
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[out] = (held >> bits) & 0xff;
    out += 1;
  }
  return bytes;
}

/** Pictures by their first bytes: what may be shown, and what would harm the page that decodes it. */
import { describe, expect, it } from "vitest";
import { catalog, findImageSize } from "../../src/index.ts";

const words = (text: string): number[] => [...Buffer.from(text, "latin1")];
const big = (value: number, length: number): number[] =>
  Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
const little = (value: number, length: number): number[] => big(value, length).reverse();
const source = (kind: string, bytes: readonly number[]): string =>
  `data:image/${kind};base64,${Buffer.from(bytes).toString("base64")}`;

const chunk = (name: string, data: readonly number[] = []): number[] => [
  ...[...big(data.length, 4), ...words(name), ...data],
  ...[0, 0, 0, 0],
];
const png = (width: number, height: number, ...more: readonly number[]): number[] => [
  ...[0x89, ...words("PNG\r\n\x1a\n")],
  ...chunk("IHDR", [...big(width, 4), ...big(height, 4), 8, 2, 0, 0, 0]),
  ...more,
  ...chunk("IDAT", [1, 2, 3]),
];
const frame = (width: number, height: number, mark = 0xc2): number[] => [
  ...[0xff, mark, 0, 11, 8, ...big(height, 2), ...big(width, 2), 1, 1, 0x11, 0],
];
const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];
const jpeg = (...parts: readonly (readonly number[])[]): number[] => [
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2],
  ...parts.flat(),
  ...[0xff, 0xd9, ...Array<number>(12).fill(0)],
];
const webp = (name: string, data: readonly number[]): number[] => [
  ...[...words("RIFF"), 0, 0, 0, 0, ...words("WEBP"), ...words(name)],
  ...[0, 0, 0, 0, ...data, ...Array<number>(16).fill(0)],
];
const extended = (flags: number, width: number, height: number): number[] =>
  webp("VP8X", [flags, 0, 0, 0, ...little(width - 1, 3), ...little(height - 1, 3)]);

/** A picture and then nothing, in about so many characters. */
const padded = (length: number): string => {
  const start = source("png", png(10, 10)).replaceAll("=", "");
  const rest = length - start.length;
  return `${start}${"A".repeat(rest + ((4 - ((length - 22) % 4)) % 4))}`;
};

describe("a picture", () => {
  it("is measured by its header", () => {
    const size = { width: 640, height: 480 };
    expect(findImageSize(source("png", png(640, 480)))).toEqual(size);
    expect(findImageSize(source("jpeg", jpeg(frame(640, 480), scan, scan)))).toEqual(size);
    expect(findImageSize(source("webp", extended(0, 640, 480)))).toEqual(size);
    const lossy = webp("VP8 ", [0, 0, 0, 0x9d, 1, 0x2a, ...little(640, 2), ...little(480, 2)]);
    expect(findImageSize(source("webp", lossy))).toEqual(size);
    const lossless = webp("VP8L", [0x2f, ...little(639 + 479 * 16_384, 4)]);
    expect(findImageSize(source("webp", lossless))).toEqual(size);
    expect(findImageSize(source("png", png(2048, 2048)))).toBeDefined();
    expect(findImageSize(padded(699_990))).toBeDefined();
  });

  it.each([
    ["too many pixels", source("png", png(2049, 2048))],
    ["a side too long", source("png", png(8193, 1))],
    ["billions of pixels", source("png", png(0xffffffff, 0xffffffff))],
    ["no pixels", source("png", png(0, 10))],
    ["an animated PNG", source("png", png(10, 10, ...chunk("acTL", big(0, 8))))],
    ["an animated WebP", source("webp", extended(2, 10, 10))],
    ["another kind than it says", source("jpeg", png(10, 10))],
    ["thousands of passes", source("jpeg", jpeg(frame(10, 10), ...Array(40).fill(scan)))],
    ["two frames", source("jpeg", jpeg(frame(10, 10), frame(60_000, 60_000), scan))],
    ["a hidden frame", source("jpeg", jpeg([0xff, 0x01], frame(60_000, 60_000), frame(9, 9)))],
    ["a second start", source("jpeg", jpeg([0xff, 0xd8, 0, 2], frame(10, 10), scan))],
    ["a length of nothing", source("jpeg", jpeg([0xff, 0xe1, 0, 0], frame(10, 10), scan))],
    ["no header", source("png", [])],
    ["a cut header", source("webp", words("RIFF"))],
    ["a GIF", `data:image/gif;base64,${Buffer.from("GIF89a").toString("base64")}`],
    ["an SVG", `data:image/svg+xml;base64,${Buffer.from("<svg/>").toString("base64")}`],
    ["an address", "https://spy.example/x.png?data=secret"],
    ["an address of this page", "/api/v1/session"],
    ["a blob", "blob:https://host.example/1"],
    ["a script", "javascript:alert(1)"],
    ["no base64", "data:image/png,%89PNG"],
    ["signs that are not of base64", `${source("png", png(10, 10)).slice(0, -4)}\n\n==`],
    ["a name in capitals", source("PNG", png(10, 10))],
    ["too long", padded(700_001)],
  ])("is refused: %s", (_name, given) => {
    expect(findImageSize(given)).toBeUndefined();
    expect(catalog.Image.props.safeParse({ source: given, label: "x" }).success).toBe(false);
  });
});

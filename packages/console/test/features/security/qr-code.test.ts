import { describe, expect, it } from "vitest";
import { createQrCode } from "../../../src/features/security/qr-code.ts";

/** Rows as hexadecimal bits, so that a picture can be compared. */
const pictureOf = (text: string) =>
  createQrCode(text)
    ?.map((row) => BigInt(`0b${row.map(Number).join("")}`).toString(16))
    .join(" ");

describe("a QR code", () => {
  // Read back by an independent reader (jsQR 1.4.0) for all lengths from 1 to 425 when it was made.
  it("is the picture that readers read", () => {
    expect(pictureOf("otpauth")).toBe(
      "1fcb7f 104e41 175b5d 174a5d 17455d 104141 1fd57f 1b00 1dfec4 150861 4e517 102c61 1a654a 1ebb 1fd2f7 1053a1 175ef3 17405a 175d3d 105442 1fd97b",
    );
  });

  it("grows with its text, to version 13 and no further", () => {
    const sizes = [1, 17, 18, 106, 107, 230, 231, 425].map(
      (length) => createQrCode("x".repeat(length))?.length,
    );
    expect(sizes).toEqual([21, 21, 25, 37, 41, 53, 57, 69]);
    expect(createQrCode("x".repeat(426))).toBeUndefined();
    expect(createQrCode("é".repeat(213))).toBeUndefined();
  });
});

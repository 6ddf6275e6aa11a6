import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createId,
  idPrefixes,
  parseAppName,
  parseDigest,
  parseInstallationId,
} from "../src/index.ts";

describe("ids", () => {
  it("are DNS labels that their own parser takes, and differ when the bytes differ", () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const id = createId(idPrefixes.installation, a);
        expect(parseInstallationId(id)).toBe(id);
        expect(id).toMatch(/^[a-z][a-z0-9]{0,62}$/);
        expect(id === createId(idPrefixes.installation, b)).toBe(String(a) === String(b));
      }),
    );
  });

  it.each([
    "",
    "i",
    "x0123456789abcdefghjkmnpqrs",
    `i${"0".repeat(25)}`,
    `i${"0".repeat(27)}`,
    `i${"u".repeat(26)}`,
    7,
  ])("refuse %j as an installation", (value) => {
    expect(() => parseInstallationId(value)).toThrow(/expected the form/);
  });

  it.each(["a", "a/b/c", "/b", "a/", "A/b", "a/b ", "../b", "-a/b"])(
    "refuse %j as an app",
    (name) => {
      expect(() => parseAppName(name)).toThrow(/publisher\/name/);
    },
  );

  it("refuse a digest in capitals", () => {
    expect(() => parseDigest("A".repeat(64))).toThrow(/hexadecimal/);
  });
});

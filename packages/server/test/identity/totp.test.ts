import { describe, expect, test } from "vitest";
import { deviceOf } from "../../src/identity/device.ts";
import { networkOf } from "../../src/identity/network-of.ts";
import {
  codeAt,
  counterAt,
  encodeBase32,
  findCounter,
  otpauthUri,
} from "../../src/identity/second-factor/totp.ts";

const secret = Buffer.from("12345678901234567890");

describe("codes by time", () => {
  test("are those of RFC 4226, appendix D", () => {
    const expected = ["755224", "287082", "359152", "969429", "338314"];
    expect(expected.map((_, counter) => codeAt(secret, counter))).toEqual(expected);
  });

  test("are those of RFC 6238, appendix B, in their last six digits", () => {
    const vectors = [
      [59, "287082"],
      [1_111_111_109, "081804"],
      [1_111_111_111, "050471"],
      [1_234_567_890, "005924"],
      [2_000_000_000, "279037"],
      [20_000_000_000, "353130"],
    ] as const;
    for (const [seconds, code] of vectors) {
      expect(codeAt(secret, counterAt(seconds * 1_000))).toBe(code);
    }
  });

  test("count for a step before and after, and no further", () => {
    const now = 1_111_111_109_000;
    const current = counterAt(now);
    for (const step of [-1, 0, 1]) {
      expect(findCounter(secret, codeAt(secret, current + step), now)).toBe(current + step);
    }
    for (const step of [-2, 2, 100]) {
      expect(findCounter(secret, codeAt(secret, current + step), now)).toBeUndefined();
    }
    for (const wrong of ["", "08180", "0818044", "81804", "0x1F4", "٠٨١٨٠٤"]) {
      expect(findCounter(secret, wrong, now)).toBeUndefined();
    }
  });

  test("secrets are written as RFC 4648 has it, and go into the address that apps read", () => {
    const vectors = {
      "": "",
      f: "MY",
      fo: "MZXQ",
      foo: "MZXW6",
      foob: "MZXW6YQ",
      fooba: "MZXW6YTB",
    };
    for (const [text, base32] of Object.entries(vectors)) {
      expect(encodeBase32(Buffer.from(text))).toBe(base32);
    }
    const uri = otpauthUri({ secret: "MZXW6", issuer: "Berth (a:1)", account: "a&b@c?d" });
    const url = new URL(uri);
    expect(url.searchParams.get("secret")).toBe("MZXW6");
    expect(url.searchParams.get("issuer")).toBe("Berth (a:1)");
    expect(decodeURIComponent(url.pathname)).toContain("a&b@c?d");
  });
});

test("a device is told in words of ours, whatever the browser claims", () => {
  const chrome =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
  expect(deviceOf(chrome)).toBe("Chrome on Windows");
  expect(deviceOf(`${chrome} Edg/156.0`)).toBe("Edge on Windows");
  expect(deviceOf("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/1 Safari/1")).toBe(
    "Chrome on iOS",
  );
  expect(deviceOf("node")).toBe("Command line");
  for (const odd of [null, "", "<b>Firefox", "x".repeat(9_000)]) {
    expect(["Unknown", "Firefox"]).toContain(deviceOf(odd));
  }
});

test("failures of an IPv6 household count together, and a mapped IPv4 address is itself", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
  expect(networkOf("2001:db8:1:3::9")).not.toBe(networkOf("2001:db8:1:2::9"));
  expect(networkOf("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(networkOf(null)).toBe(networkOf("no address"));
});

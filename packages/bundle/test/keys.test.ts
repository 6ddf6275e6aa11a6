import { generateKeyPairSync } from "node:crypto";
import {
  encryptPrivateKey,
  generateKeyPair,
  getPublicKey,
  openPrivateKey,
  parsePublicKey,
} from "@berth/bundle";
import { describe, expect, test } from "vitest";
import { expectRefusal } from "./refusal.ts";

describe("private keys", () => {
  test("open to the public key that they were made with", () => {
    const { publicKey, keyId, privateKeyPem } = generateKeyPair();
    expect(getPublicKey(openPrivateKey(privateKeyPem))).toEqual({ publicKey, keyId });
    expect(parsePublicKey(publicKey)).toEqual({ publicKey, keyId });
    expect(keyId).toMatch(/^[0-9a-f]{32}$/);
    expect(Buffer.from(publicKey, "base64")).toHaveLength(32);
  });

  test("encrypted, open by their passphrase only", async () => {
    const { privateKeyPem, keyId } = generateKeyPair();
    const encrypted = encryptPrivateKey(privateKeyPem, "correct horse");
    expect(encrypted).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(getPublicKey(openPrivateKey(encrypted, "correct horse")).keyId).toBe(keyId);
    await expectRefusal(
      () => openPrivateKey(encrypted, "wrong horse"),
      "KEY_UNREADABLE",
      "passphrase does not open it",
    );
    await expectRefusal(() => openPrivateKey(encrypted), "KEY_UNREADABLE", "give its passphrase");
    await expectRefusal(
      () => openPrivateKey(encrypted, ""),
      "KEY_UNREADABLE",
      "give its passphrase",
    );
    await expectRefusal(() => encryptPrivateKey(encrypted, "x"), "KEY_UNREADABLE", "is encrypted");
  });

  test("take a passphrase of 1 to 1,000 bytes", async () => {
    const { privateKeyPem, keyId } = generateKeyPair();
    for (const passphrase of ["x", "é".repeat(500)]) {
      const opened = openPrivateKey(encryptPrivateKey(privateKeyPem, passphrase), passphrase);
      expect(getPublicKey(opened).keyId).toBe(keyId);
    }
    for (const passphrase of ["", "é".repeat(501)]) {
      await expectRefusal(
        () => encryptPrivateKey(privateKeyPem, passphrase),
        "OPTION_INVALID",
        "1 to 1000",
      );
    }
  });

  test("of another kind, damaged or oversized are refused without showing them", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const pem = rsa.export({ format: "pem", type: "pkcs8" }).toString();
    await expectRefusal(() => openPrivateKey(pem), "KEY_UNREADABLE", "of the kind rsa");
    const half = generateKeyPair().privateKeyPem.slice(0, 60);
    await expectRefusal(() => openPrivateKey(half), "KEY_UNREADABLE", /^[^-]*not a PKCS#8 key/);
    await expectRefusal(() => openPrivateKey("x".repeat(20_000)), "KEY_UNREADABLE", "20000");
    await expectRefusal(() => getPublicKey(rsa), "KEY_UNREADABLE", "of the kind rsa");
  });
});

const prime = 2n ** 255n - 19n;
const mod = (value: bigint) => ((value % prime) + prime) % prime;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** The y of twice a point on edwards25519 from the y of the point alone (RFC 8032 §5.1). */
function doubledY(y: bigint): bigint {
  const d = mod(-121665n * power(121666n, prime - 2n));
  const ySquared = mod(y * y);
  const xSquared = mod((ySquared - 1n) * power(mod(d * ySquared + 1n), prime - 2n));
  return mod((ySquared + xSquared) * power(mod(2n - ySquared + xSquared), prime - 2n));
}

function encodeY(y: bigint, sign: 0 | 1): string {
  const hex = (y | (BigInt(sign) << 255n)).toString(16).padStart(64, "0");
  return Buffer.from(hex, "hex").reverse().toString("base64");
}

describe("public keys", () => {
  const orderEight = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
  const lowOrder = [0n, 1n, prime - 1n, orderEight, prime - orderEight];

  test("of low order are refused, with either sign", async () => {
    for (const y of lowOrder) {
      expect(doubledY(doubledY(doubledY(y))), "eight times the point is the identity").toBe(1n);
      for (const sign of [0, 1] as const) {
        await expectRefusal(() => parsePublicKey(encodeY(y, sign)), "KEY_UNREADABLE", "low order");
      }
    }
  });

  test("that are not canonical, not base64 or of another length are refused", async () => {
    for (const y of [prime, prime + 1n, 2n ** 255n - 1n]) {
      await expectRefusal(() => parsePublicKey(encodeY(y, 0)), "KEY_UNREADABLE", "canonical");
    }
    const { publicKey } = generateKeyPair();
    const refused = ["", "!", ` ${publicKey}`, publicKey.slice(0, 40), `${publicKey}AAAA`, 7, null];
    for (const value of refused) {
      await expectRefusal(() => parsePublicKey(value), "KEY_UNREADABLE", "The public key");
    }
  });
});

import { sign as signRaw } from "node:crypto";
import {
  digestOf,
  generateKeyPair,
  openPrivateKey,
  signPackage,
  verifySignature,
} from "@berth/bundle";
import { isBerthError } from "@berth/protocol";
import { describe, expect, test } from "vitest";
import { expectRefusal } from "./refusal.ts";

const pair = generateKeyPair();
const other = generateKeyPair();
const privateKey = openPrivateKey(pair.privateKeyPem);
const digest = digestOf(Buffer.from("archive"));
const claim = { digest, name: "acme/calculator", version: "1.0.0" };
const envelope = signPackage({ ...claim, privateKey });
const keys = [other, pair];
const type = "application/vnd.in-toto+json";

interface OpenEnvelope {
  payload: string;
  payloadType: string;
  signatures: { keyid?: string; sig: string }[];
}

function changed(change: (open: OpenEnvelope) => unknown): string {
  const open = JSON.parse(envelope) as OpenEnvelope;
  change(open);
  return JSON.stringify(open);
}

/** A valid signature over whatever statement. */
function signed(statement: unknown): string {
  const payload = Buffer.from(JSON.stringify(statement));
  const encoded = Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} ${payload}`);
  const sig = signRaw(null, encoded, privateKey).toString("base64");
  return JSON.stringify({
    payload: payload.toString("base64"),
    payloadType: type,
    signatures: [{ keyid: pair.keyId, sig }],
  });
}

const statement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "acme/calculator@1.0.0", digest: { sha256: digest } }],
  predicateType: "https://berth.dev/release/v1",
  predicate: { app: "acme/calculator", version: "1.0.0" },
};

const verify = (text: string, over: object = {}) =>
  verifySignature(text, { ...claim, keys, ...over });

describe("signatures", () => {
  test("verify, name the key, and are the same each time", () => {
    expect(verify(envelope)).toEqual({ keyId: pair.keyId });
    expect(signPackage({ ...claim, privateKey })).toBe(envelope);
  });

  test("carry the in-toto statement of the README in a DSSE envelope", () => {
    expect(signed(statement)).toBe(envelope);
    const { payload } = JSON.parse(envelope) as OpenEnvelope;
    expect(JSON.parse(Buffer.from(payload, "base64").toString())).toEqual(statement);
  });

  test("verify with unknown fields, without a key id, and in the URL-safe alphabet", () => {
    expect(verify(signed({ ...statement, more: 1 }))).toEqual({ keyId: pair.keyId });
    expect(verify(changed((open) => Object.assign(open, { more: 1 })))).toBeTruthy();
    const withoutId = changed((open) => {
      for (const signature of open.signatures) delete signature.keyid;
    });
    expect(verify(withoutId)).toEqual({ keyId: pair.keyId });
    const urlSafe = changed((open) => {
      open.payload = Buffer.from(open.payload, "base64").toString("base64url");
    });
    expect(verify(urlSafe)).toBeTruthy();
  });

  test("verify when one of several is by a known key", () => {
    const stranger = changed((open) =>
      open.signatures.unshift({ keyid: "f".repeat(32), sig: Buffer.alloc(64).toString("base64") }),
    );
    expect(verify(stranger)).toEqual({ keyId: pair.keyId });
  });

  test("by another key are told apart from altered ones", async () => {
    await expectRefusal(
      () => verify(envelope, { keys: [other] }),
      "SIGNATURE_KEY_UNKNOWN",
      new RegExp(`${pair.keyId}.*publisher's 1`),
    );
    await expectRefusal(() => verify(envelope, { keys: [] }), "SIGNATURE_KEY_UNKNOWN", pair.keyId);
    const claimed = changed((open) =>
      open.signatures.forEach((signature) => {
        signature.keyid = other.keyId;
      }),
    );
    await expectRefusal(() => verify(claimed), "SIGNATURE_INVALID", "does not verify");
  });

  test("for another archive, app or version say what differs", async () => {
    await expectRefusal(
      () => verify(envelope, { digest: digestOf(Buffer.from("other")) }),
      "PACKAGE_DIGEST_MISMATCH",
      digest,
    );
    await expectRefusal(
      () => verify(envelope, { name: "acme/crm" }),
      "SIGNATURE_INVALID",
      'another app: it says "acme/calculator", expected "acme/crm"',
    );
    await expectRefusal(
      () => verify(envelope, { version: "1.0.1" }),
      "SIGNATURE_INVALID",
      'another version: it says "1.0.0", expected "1.0.1"',
    );
  });

  test("over another kind of statement are refused", async () => {
    const refused = [
      { ...statement, _type: "https://in-toto.io/Statement/v0.1" },
      { ...statement, predicateType: "https://slsa.dev/provenance/v1" },
      { ...statement, predicate: null },
      { ...statement, subject: [] },
      { ...statement, subject: [...statement.subject, ...statement.subject] },
      { ...statement, subject: "x" },
      [statement],
      null,
    ];
    for (const one of refused) {
      await expectRefusal(() => verify(signed(one)), "SIGNATURE_INVALID", "");
    }
    const noDigest = { ...statement, subject: [{ digest: { sha512: "0" } }] };
    await expectRefusal(() => verify(signed(noDigest)), "PACKAGE_DIGEST_MISMATCH", "missing");
  });

  test("altered in any bit of payload or signature do not verify", () => {
    for (const field of ["payload", "sig"] as const) {
      const length = field === "sig" ? 64 : JSON.stringify(statement).length;
      for (let at = 0; at < length; at += 1) {
        const text = changed((open) => {
          const holder = field === "sig" ? open.signatures[0] : open;
          const bytes = Buffer.from(String(Reflect.get(holder ?? {}, field)), "base64");
          bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
          Reflect.set(holder ?? {}, field, bytes.toString("base64"));
        });
        expect(() => verify(text), `${field} byte ${at}`).toThrow("does not verify");
      }
    }
  });

  test("in a malformed envelope are refused", async () => {
    const short = Buffer.alloc(63).toString("base64");
    const refused: readonly (readonly [string, RegExp])[] = [
      ["", /not JSON/],
      ["null", /not a JSON object/],
      ["[]", /not a JSON object/],
      ["{}", /payloadType/],
      [changed((open) => Object.assign(open, { payloadType: "text/plain" })), /payloadType/],
      [changed((open) => Object.assign(open, { payload: "*" })), /payload is not base64/],
      [changed((open) => Object.assign(open, { payload: 7 })), /payload is not base64/],
      [changed((open) => Object.assign(open, { signatures: [] })), /1 to 16/],
      [
        changed((open) => Object.assign(open, { signatures: Array(17).fill(open.signatures[0]) })),
        /1 to 16/,
      ],
      [changed((open) => Object.assign(open, { signatures: {} })), /1 to 16/],
      [changed((open) => Object.assign(open, { signatures: [null] })), /signatures\[0\]/],
      [changed((open) => Object.assign(open, { signatures: [{ keyid: 7, sig: short }] })), /keyid/],
      [changed((open) => Object.assign(open, { signatures: [{ sig: short }] })), /has 63 bytes/],
    ];
    for (const [text, reason] of refused) {
      await expectRefusal(() => verify(text), "SIGNATURE_INVALID", reason);
    }
  });

  test.each([65_535, 65_536, 65_537])(
    "an envelope of %d bytes under the bound of 65,536",
    async (bytes) => {
      const padded = envelope.padEnd(bytes);
      if (bytes <= 65_536) expect(verify(padded)).toBeTruthy();
      else await expectRefusal(() => verify(padded), "SIGNATURE_INVALID", "at most 65536");
    },
  );

  test("are not checked against a registered key that is malformed or under another's id", async () => {
    const swapped = { keyId: pair.keyId, publicKey: other.publicKey };
    await expectRefusal(() => verify(envelope, { keys: [swapped] }), "KEY_UNREADABLE", other.keyId);
    const damaged = { keyId: pair.keyId, publicKey: "AAAA" };
    await expectRefusal(() => verify(envelope, { keys: [damaged] }), "KEY_UNREADABLE", "3 bytes");
  });

  test("are made for a full app name only", () => {
    expect(() => signPackage({ ...claim, name: "calculator", privateKey })).toThrow(
      expect.toSatisfy((error: unknown) => isBerthError(error, "REQUEST_INVALID")),
    );
  });
});

import { generateKeyPairSync } from "node:crypto";
import {
  asType,
  cosignCheckpoint,
  createNoteSigner,
  emptyRoot,
  generateSigningKey,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  signCheckpoint,
  verifyNote,
} from "@berth/audit";
import { describe, expect, it } from "vitest";

const origin = "example.com/berth";

/** From the documentation of golang.org/x/mod/sumdb/note, which C2SP signed-note describes. */
const publishedKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const publishedNote =
  "If you think cryptography is the answer to your problem,\n" +
  "then you don't know what your problem is.\n\n" +
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/** A tree head of Go's checksum database. */
const sumdbKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const sumdbNote =
  "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n" +
  "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n";

async function checkpoint(...signers: Parameters<typeof signCheckpoint>[0]["signers"]) {
  return signCheckpoint({ origin, size: 0, root: emptyRoot(), signers, nowMs: 1_790_000_000_999 });
}

describe("published notes", () => {
  it("verifies the note that Go's documentation signs, and refuses it with a letter changed", () => {
    const keys = [parseVerifierKey(publishedKey)];
    expect(verifyNote(parseNote(publishedNote), keys).verified).toHaveLength(1);
    const changed = parseNote(publishedNote.replace("answer", "Answer"));
    expect(verifyNote(changed, keys)).toMatchObject({ verified: [], failed: keys });
  });

  it("reads and verifies a tree head of Go's checksum database", () => {
    const { note, origin: log, size } = parseCheckpoint(sumdbNote);
    expect({ log, size }).toEqual({ log: "go.sum database tree", size: 65_209_736 });
    expect(verifyNote(note, [parseVerifierKey(sumdbKey)]).verified).toHaveLength(1);
  });
});

describe("a verifier key", () => {
  it("comes back from its text, in both types with an id of its own", () => {
    const { key } = generateSigningKey(origin).signer;
    expect(parseVerifierKey(key.text).publicKey).toEqual(key.publicKey);
    const timed = asType(key, "cosignature");
    expect(timed.keyId).not.toBe(key.keyId);
    expect(parseVerifierKey(timed.text).type).toBe("cosignature");
    expect(asType(timed, "ed25519").text).toBe(key.text);
  });

  it.each([
    ["", "three parts"],
    ["PeterNeumann+c74f20a3", "three parts"],
    [publishedKey.replace("c74f20a3", "c74f20a4"), "its id"],
    [publishedKey.replace("PeterNeumann", "PeterN"), "its id"],
    [publishedKey.replace("+ARpc", "+AxRpc"), "not base64"],
    ["name+00000000+", "not base64"],
    ["name+00000000+Ag==", "type 2"],
    ["name+00000000+AQ==", "0 bytes"],
    ["a name+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "spaces or a plus"],
  ])("%j is refused", (text, reason) => {
    expect(() => parseVerifierKey(text)).toThrow(
      expect.objectContaining({ code: "KEY_UNREADABLE", message: expect.stringContaining(reason) }),
    );
  });

  it("is not made of a key of another kind", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(() => createNoteSigner(origin, privateKey)).toThrow(
      expect.objectContaining({ code: "KEY_UNREADABLE" }),
    );
  });
});

describe("a checkpoint", () => {
  it("is signed plainly and with the time, and verifies under the published key's two types", async () => {
    const { signer } = generateSigningKey(origin);
    const { note, ...head } = parseCheckpoint(await checkpoint(signer));
    expect(head).toEqual({ origin, size: 0, root: emptyRoot() });
    const { failed, verified } = verifyNote(note, [signer.key, asType(signer.key, "cosignature")]);
    expect(failed).toEqual([]);
    expect(verified.map(({ timeSeconds }) => timeSeconds)).toEqual([undefined, 1_790_000_000]);
  });

  it("may carry two keys while one replaces the other, and a witness's cosignature", async () => {
    const [before, after] = [generateSigningKey(origin).signer, generateSigningKey(origin).signer];
    const witness = generateSigningKey("witness.example.com/w1").signer;
    const text = await checkpoint(before, after);
    const line = await cosignCheckpoint(parseCheckpoint(text), witness, 1_790_000_060_000);
    const { note } = parseCheckpoint(text + line);
    for (const key of [before.key, after.key, asType(witness.key, "cosignature")]) {
      expect(verifyNote(note, [key]).verified).toHaveLength(1);
    }
    // The witness never signs without the time.
    expect(verifyNote(note, [witness.key]).verified).toHaveLength(0);
  });

  it("does not let a signature's time be changed", async () => {
    const { signer } = generateSigningKey(origin);
    const lines = (await checkpoint(signer)).split("\n");
    const [dash, name, encoded = ""] = (lines[5] ?? "").split(" ");
    const bytes = Buffer.from(encoded, "base64");
    bytes.writeUInt8(bytes.readUInt8(11) + 1, 11);
    lines[5] = [dash, name, bytes.toString("base64")].join(" ");
    const { note } = parseCheckpoint(lines.join("\n"));
    const timed = asType(signer.key, "cosignature");
    expect(verifyNote(note, [timed])).toEqual({ verified: [], failed: [timed] });
  });

  it("is refused when it is malformed, saying why", async () => {
    const text = await checkpoint(generateSigningKey(origin).signer);
    const root = Buffer.from(emptyRoot()).toString("base64");
    for (const [broken, reason] of [
      [text.replace("\n\n", "\n"), "no signatures"],
      [text.replace("\n0\n", "\n00\n"), "no size"],
      [text.replace("\n0\n", "\n-1\n"), "no size"],
      [text.replace("\n0\n", "\n9999999999999999\n"), "no size"],
      [text.replace(root, root.slice(4)), "no root"],
      [text.replace(root, `${root}\n\nextension`), "empty line"],
      [text.replace(origin, ""), "no origin"],
      [text.replace(origin, "a\u0007b"), "control characters"],
      [text.slice(0, -1), "whole signature lines"],
      [`${text}no signature\n`, "no signature"],
      [`${text}— name AAAA\n`, "malformed signature"],
      [text.replace(origin, "x".repeat(70_000)), "longer than"],
      [text + (text.split("\n")[4] ?? "").concat("\n").repeat(64), "more than 64"],
    ] as const) {
      expect(() => parseCheckpoint(broken)).toThrow(
        expect.objectContaining({
          code: "CHECKPOINT_INVALID",
          message: expect.stringContaining(reason),
        }),
      );
    }
  });

  it("of an origin that could be mistaken is not signed", async () => {
    const { signer } = generateSigningKey(origin);
    for (const wrong of ["cosignature/v1", "two words", "a+b", "a\nb", ""]) {
      await expect(
        signCheckpoint({ origin: wrong, size: 0, root: emptyRoot(), signers: [signer], nowMs: 0 }),
      ).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
    }
    await expect(checkpoint()).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
  });
});

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkProof } from "../../../src/features/audit/check-proof.ts";

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash("sha256").update(Buffer.concat(parts)).digest();
const leafOf = (body: string) => sha256(Buffer.of(0), Buffer.from(body));
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.of(1), left, right);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

/** A log of three entries, its key, and the signed head, made by other code than the page's. */
function createLog() {
  const bodies = ["zero", "one", "två"];
  const [zero, one, two] = bodies.map(leafOf) as [Buffer, Buffer, Buffer];
  const root = nodeOf(nodeOf(zero, one), two);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const key = Buffer.concat([Buffer.of(1), raw]);
  const id = sha256(Buffer.from("log.example\n"), key).subarray(0, 4);
  const text = `log.example\n3\n${base64(root)}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  return {
    vkey: `log.example+${id.toString("hex")}+${base64(key)}`,
    claims: [
      { index: 0, proof: [one, two] },
      { index: 1, proof: [zero, two] },
      { index: 2, proof: [nodeOf(zero, one)] },
    ].map(({ index, proof }) => ({
      entry: { index },
      body: bodies[index] ?? "",
      leafHash: base64(leafOf(bodies[index] ?? "")),
      size: 3,
      proof: proof.map(base64),
      checkpoint: `${text}\n— log.example ${base64(signature)}\n`,
    })),
  };
}

const { subtle } = globalThis.crypto;

describe("the proof of an entry, in the page", () => {
  const { vkey, claims } = createLog();
  const options = { vkeys: [vkey], subtle };

  it.each(claims)("holds for entry $entry.index", async (claim) => {
    expect(await checkProof(claim, options)).toBe("proven");
  });

  const [claim] = claims;
  if (claim === undefined) throw new Error("There are claims.");
  const other = createLog();
  it.each([
    ["another body", { ...claim, body: "zer0" }],
    ["another leaf", { ...claim, leafHash: claim.proof[0] ?? "" }],
    ["another place", { ...claim, entry: { index: 1 } }],
    ["a place beyond the end", { ...claim, entry: { index: 3 } }],
    ["a shorter proof", { ...claim, proof: claim.proof.slice(1) }],
    ["a longer proof", { ...claim, proof: [...claim.proof, ...claim.proof] }],
    ["another size", { ...claim, size: 4 }],
    ["another root", { ...claim, checkpoint: claim.checkpoint.replace("\n3\n", "\n3\nAAAA") }],
    ["a signature of another key", { ...claim, checkpoint: other.claims[0]?.checkpoint ?? "" }],
    ["no signature", { ...claim, checkpoint: `${claim.checkpoint.split("\n\n")[0]}\n\n` }],
    ["no base64", { ...claim, leafHash: "%" }],
  ])("does not hold with %s", async (_, forged) => {
    expect(await checkProof(forged, options)).toBe("refuted");
  });

  it("is not decided without keys of the log, or without cryptography", async () => {
    expect(await checkProof(claim, { vkeys: [], subtle })).toBe("refuted");
    expect(await checkProof(claim, { vkeys: [vkey], subtle: undefined })).toBe("unsupported");
  });
});

/** The tree against a naive one: RFC 6962 section 2.1 written down as its recursion. */
import { createHash } from "node:crypto";
import {
  appendLeaves,
  emptyFrontier,
  type Frontier,
  leafHash,
  proveConsistency,
  proveInclusion,
  readRoot,
  rootOf,
  type TreeNode,
  verifyConsistency,
  verifyInclusion,
} from "@berth/audit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { coveringNodes, largestPowerOfTwo } from "../src/tree/nodes.ts";
import { createNodeStore } from "./support/node-store.ts";

const sha256 = (...parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** MTH(D[n]). */
function naiveRoot(entries: readonly Uint8Array[]): Uint8Array {
  const [only] = entries;
  if (only === undefined) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), only);
  const split = splitOf(entries.length);
  return sha256(Buffer.of(1), naiveRoot(entries.slice(0, split)), naiveRoot(entries.slice(split)));
}

/** PATH(m, D[n]). */
function naivePath(index: number, entries: readonly Uint8Array[]): readonly Uint8Array[] {
  if (entries.length <= 1) return [];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return index < split
    ? [...naivePath(index, left), naiveRoot(right)]
    : [...naivePath(index - split, right), naiveRoot(left)];
}

/** SUBPROOF(m, D[n], b). */
function naiveSubproof(
  size: number,
  entries: readonly Uint8Array[],
  isWhole: boolean,
): readonly Uint8Array[] {
  if (size === entries.length) return isWhole ? [] : [naiveRoot(entries)];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return size <= split
    ? [...naiveSubproof(size, left, isWhole), naiveRoot(right)]
    : [...naiveSubproof(size - split, right, false), naiveRoot(left)];
}

const hexOf = (hashes: readonly Uint8Array[]) =>
  hashes.map((hash) => Buffer.from(hash).toString("hex"));

/** A log appended in groups, and its entries. */
const logs = fc
  .array(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 24 }), { maxLength: 8 })
  .map((groups) => {
    const entries = groups.flat();
    let frontier: Frontier = emptyFrontier;
    const nodes: TreeNode[] = [];
    for (const group of groups) {
      const appended = appendLeaves(frontier, group.map(leafHash));
      frontier = appended.frontier;
      nodes.push(...appended.nodes);
    }
    return { entries, frontier, nodes, store: createNodeStore(entries.map(leafHash), nodes) };
  });

const logsWithTwoNumbers = fc.tuple(logs, fc.nat(), fc.nat());

it("agrees with the recursion on roots and inclusion proofs, however the leaves were grouped", async () => {
  await fc.assert(
    fc.asyncProperty(logsWithTwoNumbers, async ([{ entries, frontier, store }, one, two]) => {
      expect(rootOf(frontier)).toEqual(naiveRoot(entries));
      if (entries.length === 0) return;
      const size = 1 + (one % entries.length);
      const index = two % size;
      const part = entries.slice(0, size);
      const root = await readRoot(store, size);
      expect(root).toEqual(naiveRoot(part));
      const before = store.reads;
      const proof = await proveInclusion(store, { index, size });
      expect(store.reads - before).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size + 1)));
      expect(hexOf(proof)).toEqual(hexOf(naivePath(index, part)));
      const claim = { leafHash: leafHash(part[index] ?? Buffer.of()), index, size, root, proof };
      expect(verifyInclusion(claim)).toBe(true);
      // The same proof in a tree that is said to be higher.
      expect(verifyInclusion({ ...claim, size: size * 2 })).toBe(false);
    }),
    { numRuns: 120 },
  );
});

it("agrees with the recursion on consistency proofs", async () => {
  await fc.assert(
    fc.asyncProperty(logsWithTwoNumbers, async ([{ entries, store }, one, two]) => {
      if (entries.length === 0) return;
      const toSize = 1 + (one % entries.length);
      const fromSize = 1 + (two % toSize);
      const proof = await proveConsistency(store, { fromSize, toSize });
      expect(hexOf(proof)).toEqual(hexOf(naiveSubproof(fromSize, entries.slice(0, toSize), true)));
      const fromRoot = await readRoot(store, fromSize);
      const toRoot = await readRoot(store, toSize);
      expect(verifyConsistency({ fromSize, toSize, fromRoot, toRoot, proof })).toBe(true);
    }),
    { numRuns: 120 },
  );
});

it("refuses every proof with a bit turned, a hash less or more, or another size", async () => {
  await fc.assert(
    fc.asyncProperty(logsWithTwoNumbers, fc.nat(), async ([{ entries, store }, one, two], bit) => {
      if (entries.length < 2) return;
      const toSize = 2 + (one % (entries.length - 1));
      const fromSize = 1 + (two % (toSize - 1));
      const fromRoot = await readRoot(store, fromSize);
      const toRoot = await readRoot(store, toSize);
      const proof = await proveConsistency(store, { fromSize, toSize });
      const claim = { fromSize, toSize, fromRoot, toRoot, proof };
      const at = bit % proof.length;
      const turned = proof.map((hash, index) => {
        if (index !== at) return hash;
        const copy = Buffer.from(hash);
        copy.writeUInt8(copy.readUInt8(bit % 32) ^ (1 << (bit % 8)), bit % 32);
        return copy;
      });
      expect(verifyConsistency({ ...claim, proof: turned })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: [...proof, fromRoot] })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: [fromRoot, ...proof] })).toBe(false);
      expect(verifyConsistency({ ...claim, toSize: fromSize, fromSize: toSize })).toBe(false);
      expect(verifyConsistency({ ...claim, toSize: toSize * 2 })).toBe(false);
      expect(verifyConsistency({ ...claim, fromRoot: toRoot, toRoot: fromRoot })).toBe(false);
    }),
    { numRuns: 100 },
  );
});

it("covers any stretch from 0 exactly, up to the largest number", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (size) => {
      let at = 0;
      for (const { index, level } of coveringNodes(0, size)) {
        expect(index * 2 ** level).toBe(at);
        at += 2 ** level;
      }
      expect(at).toBe(size);
    }),
  );
  for (let exponent = 1; exponent <= 52; exponent += 1) {
    expect(largestPowerOfTwo(2 ** exponent)).toBe(2 ** exponent);
    expect(largestPowerOfTwo(2 ** exponent - 1)).toBe(2 ** (exponent - 1));
    expect(largestPowerOfTwo(2 ** exponent + 1)).toBe(2 ** exponent);
  }
});

/** The published vectors of Certificate Transparency (certificate-transparency-go, transparency-dev/merkle). */

import {
  appendLeaves,
  createTreeBuilder,
  emptyFrontier,
  emptyRoot,
  leafHash,
  proveConsistency,
  proveInclusion,
  readFrontier,
  readRoot,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "@berth/audit";
import { describe, expect, it } from "vitest";
import { createNodeStore } from "./support/node-store.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => Buffer.from(text, "hex");

const leaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((entry) => leafHash(bytes(entry)));

const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const inclusions = [
  { index: 0, size: 1, proof: [] },
  {
    index: 0,
    size: 8,
    proof: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    index: 5,
    size: 8,
    proof: [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  {
    index: 2,
    size: 3,
    proof: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
  },
  {
    index: 1,
    size: 5,
    proof: [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  },
];

const consistencies = [
  { fromSize: 1, toSize: 1, proof: [] },
  {
    fromSize: 1,
    toSize: 8,
    proof: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    fromSize: 6,
    toSize: 8,
    proof: [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  {
    fromSize: 2,
    toSize: 5,
    proof: [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  },
];

describe("the published vectors of RFC 6962", () => {
  const { nodes } = appendLeaves(emptyFrontier, leaves);
  const store = createNodeStore(leaves, nodes);

  it("gives the published root at every size, by appending, from kept nodes and from a frontier", async () => {
    const tree = createTreeBuilder();
    expect(hex(emptyRoot())).toBe(roots[0]);
    for (const [size, root] of roots.entries()) {
      if (size > 0) tree.append(leaves[size - 1] ?? emptyRoot());
      expect(hex(tree.root())).toBe(root);
      expect(hex(await readRoot(store, size))).toBe(root);
      expect(hex(rootOf(await readFrontier(store, size)))).toBe(root);
      expect(hex(rootOf(tree.frontier()))).toBe(root);
    }
  });

  it.each(inclusions)("proves entry $index in the tree of $size as published", async (vector) => {
    const { index, size } = vector;
    const proof = await proveInclusion(store, { index, size });
    expect(proof.map(hex)).toEqual(vector.proof);
    const claim = {
      ...{ index, size, proof },
      leafHash: leaves[index] ?? emptyRoot(),
      root: bytes(roots[size] ?? ""),
    };
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, index: index + 1 })).toBe(false);
    expect(verifyInclusion({ ...claim, root: emptyRoot() })).toBe(false);
    expect(verifyInclusion({ ...claim, leafHash: bytes("00") })).toBe(false);
    expect(verifyInclusion({ ...claim, proof: [...proof, emptyRoot()] })).toBe(false);
  });

  it.each(consistencies)("proves $fromSize to $toSize as published", async (vector) => {
    const { fromSize, toSize } = vector;
    const proof = await proveConsistency(store, { fromSize, toSize });
    expect(proof.map(hex)).toEqual(vector.proof);
    const claim = {
      ...{ fromSize, toSize, proof },
      fromRoot: bytes(roots[fromSize] ?? ""),
      toRoot: bytes(roots[toSize] ?? ""),
    };
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, fromRoot: emptyRoot() })).toBe(false);
    expect(verifyConsistency({ ...claim, toRoot: emptyRoot() })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: [...proof, emptyRoot()] })).toBe(false);
  });
});

describe("asked for what is not there", () => {
  it("refuses an index or a size that the log never had", async () => {
    const store = createNodeStore(leaves, appendLeaves(emptyFrontier, leaves).nodes);
    for (const question of [
      { index: 8, size: 8 },
      { index: -1, size: 8 },
      { index: 0, size: 0 },
      { index: 0.5, size: 8 },
    ]) {
      await expect(proveInclusion(store, question)).rejects.toMatchObject({
        code: "AUDIT_RANGE_INVALID",
      });
    }
    await expect(proveConsistency(store, { fromSize: 3, toSize: 2 })).rejects.toMatchObject({
      code: "AUDIT_RANGE_INVALID",
    });
  });

  it("names the node that is missing from the stored tree", async () => {
    const store = createNodeStore(leaves, []);
    const proof = proveInclusion(store, { index: 0, size: 8 });
    await expect(proof).rejects.toMatchObject({
      code: "AUDIT_TREE_CORRUPT",
      details: { level: 1, index: 1 },
    });
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addCosignatures,
  emptyRoot,
  openFolderAnchor,
  parseKeptCheckpoint,
  readAnchorFolder,
  signCheckpoint,
} from "@berth/audit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCheckedLog, verifyLines } from "./support/sample-log.ts";

const nowMs = 1_790_000_000_500;
const log = await createCheckedLog();
const checkpoints = log.checkpoints.map(({ note }) => parseKeptCheckpoint(note));
const [first, second] = checkpoints;
if (first === undefined || second === undefined) throw new Error("the log has no checkpoints");

let root = "";
let folder = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "berth-anchors-"));
  folder = join(root, "kept");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = () => openFolderAnchor({ folder, now: () => nowMs });

describe("a folder of checkpoints", () => {
  it("keeps each in a file of its own, which verification reads back", async () => {
    for (const checkpoint of checkpoints) {
      expect(await open().keep(checkpoint)).toMatchObject({
        ...{ kind: "folder", timeSeconds: 1_790_000_000, cosignatures: [] },
      });
    }
    expect((await readdir(folder)).sort()).toEqual([
      "0000000000000010.checkpoint",
      "0000000000000023.checkpoint",
      "0000000000000040.checkpoint",
    ]);
    await writeFile(join(folder, "README"), "not a checkpoint");
    const report = await verifyLines(log.lines(), { anchors: await readAnchorFolder(folder) });
    expect(report).toMatchObject({ isIntact: true, trust: "anchored", anchors: { matched: 3 } });
    expect(report.findings).toEqual([]);
  });

  it("keeps the first file when the same checkpoint comes again, cosigned meanwhile", async () => {
    await open().keep(first);
    const line = "— witness.example.com/w1 AAAAAAAA\n";
    const text = addCosignatures(addCosignatures(first.text, [line]), [line]);
    expect(text).toBe(first.text + line);
    await open().keep({ ...first, text });
    expect(await readdir(folder)).toHaveLength(1);
    expect(await readFile(join(folder, "0000000000000010.checkpoint"), "utf8")).toBe(first.text);
  });

  it("never replaces a checkpoint of another history, and raises the alarm", async () => {
    await open().keep(first);
    const head = { origin: first.origin, size: first.size, root: emptyRoot() };
    const text = await signCheckpoint({ ...head, signers: [log.signer], nowMs });
    await expect(open().keep(parseKeptCheckpoint(text))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_CONFLICT",
      message: expect.stringContaining("0000000000000010.checkpoint"),
    });
    expect(await readFile(join(folder, "0000000000000010.checkpoint"), "utf8")).toBe(first.text);
  });

  it("refuses to serve two logs", async () => {
    await open().keep(first);
    const head = { origin: "example.com/other", size: 10, root: first.root };
    const text = await signCheckpoint({ ...head, signers: [log.signer], nowMs });
    await expect(open().keep(parseKeptCheckpoint(text))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_CONFLICT",
      message: expect.stringContaining("example.com/berth"),
    });
  });

  it("goes to a next name when a crash left a file unfinished, which stays", async () => {
    await open().keep(second);
    await writeFile(join(folder, "0000000000000010.checkpoint"), first.text.slice(0, 30));
    const { place } = await open().keep(first);
    expect(place).toBe(join(folder, "0000000000000010-2.checkpoint"));
    const anchors = await readAnchorFolder(folder);
    expect(anchors).toHaveLength(3);
    const report = await verifyLines(log.lines(), { anchors });
    expect(report.anchors).toMatchObject({ given: 3, matched: 2 });
    expect(report.findings.map(({ code }) => code)).toContain("ANCHOR_UNUSABLE");
  });

  it("says what is wrong when it cannot write or read", async () => {
    await writeFile(folder, "a file in the folder's place");
    await expect(open().keep(first)).rejects.toMatchObject({ code: "AUDIT_ANCHOR_FAILED" });
    await expect(readAnchorFolder(join(root, "nowhere"))).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
    });
  });
});

it("anchors of other logs and what is no checkpoint are told", async () => {
  const head = { origin: "example.com/other", size: 10, root: first.root };
  const note = await signCheckpoint({ ...head, signers: [log.signer], nowMs });
  const anchors = [
    { place: "one", note },
    { place: "two", note: "nothing" },
  ];
  const report = await verifyLines(log.lines(), { anchors, pinnedKeys: [log.signer.key] });
  expect(report.findings).toMatchObject([
    { code: "ANCHOR_UNUSABLE", message: expect.stringContaining("one is of the log") },
    { code: "ANCHOR_UNUSABLE", message: expect.stringContaining("two is no checkpoint") },
  ]);
});

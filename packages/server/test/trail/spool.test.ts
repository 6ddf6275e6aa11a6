import { randomBytes } from "node:crypto";
import { openSync } from "node:fs";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isBerthError } from "@berth/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPolicy } from "../../src/policy/policy.ts";
import { createDecisionRecord } from "../../src/trail/decisions.ts";
import { formatFrame, readFrames } from "../../src/trail/spool/frame.ts";
import { createSpoolReader, type SpoolReader } from "../../src/trail/spool/read-spool.ts";
import { createSpoolWriter, type SpoolWriterOptions } from "../../src/trail/spool/write-spool.ts";
import { createTestFolder, silentLogger } from "../support/databases.ts";
import { decisionOf } from "./decision.ts";

const firstId = "0000000001-0123456789abcdef";
const secondId = "0000000002-0123456789abcdef";
let folder: string;

beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => rm(folder, { recursive: true }));

function openWriter(options: Partial<SpoolWriterOptions> = {}) {
  return createSpoolWriter({ id: firstId, folder, ...options });
}

function openReader(activePath: () => string | undefined = () => undefined) {
  return createSpoolReader({ folder, activePath, logger: silentLogger });
}

/** All that there is, each group acknowledged. */
async function readAll(reader: SpoolReader, maxRecords = 100) {
  const payloads: string[] = [];
  const damage: number[] = [];
  for (;;) {
    const group = await reader.next(maxRecords);
    if (group === undefined) return { payloads, damage };
    payloads.push(...group.records.map(({ payload }) => payload));
    if (group.damage !== undefined) damage.push(group.damage.lostBytes);
    await group.done();
  }
}

const codeOf = (work: () => void) => {
  try {
    work();
  } catch (error) {
    return isBerthError(error) ? error.code : "not ours";
  }
  return undefined;
};

describe("a spool", () => {
  it("gives back what was appended, in order, over files of any size, and removes them", async () => {
    const writer = openWriter({ segmentBytes: 100 });
    const payloads = Array.from({ length: 40 }, (_, at) => `{"é":${at},"nul":"\\u0000"}`);
    for (const payload of payloads) writer.append(payload);
    expect((await readdir(folder)).length).toBeGreaterThan(5);
    const reader = openReader(() => writer.activePath);
    expect((await readAll(reader, 3)).payloads).toEqual(payloads);
    expect(await readdir(folder)).toHaveLength(1);
    writer.append("last");
    writer.close();
    expect((await readAll(reader)).payloads).toEqual(["last"]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("gives a group again until it is acknowledged, and to whoever opens it next", async () => {
    const writer = openWriter();
    writer.append("one");
    const reader = openReader(() => writer.activePath);
    const group = await reader.next(10);
    expect(await reader.next(10)).toMatchObject({ records: group?.records });
    await group?.done();
    expect(await reader.next(10)).toBeUndefined();
    // Another process does not know what this one had acknowledged: the database does, by the number.
    writer.close();
    expect(await openReader().next(10)).toMatchObject({ records: [{ number: 1, payload: "one" }] });
  });

  it("reads the spools of dead processes first", async () => {
    const dead = openWriter();
    dead.append("earlier");
    const living = openWriter({ id: secondId });
    living.append("later");
    const { payloads } = await readAll(openReader(() => living.activePath));
    expect(payloads).toEqual(["earlier", "later"]);
    living.close();
    dead.close();
  });

  it.each([1, 8, 15, 16, 18])("ends at a record that has only its first %d bytes", async (kept) => {
    const writer = openWriter();
    writer.append("whole");
    const path = writer.activePath ?? "";
    const { length } = await readFile(path);
    writer.append("torn away");
    writer.close();
    await truncate(path, length + kept);
    expect(await readAll(openReader())).toEqual({ payloads: ["whole"], damage: [] });
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes a tail of zeros, as a power cut leaves it, for torn", async () => {
    const whole = formatFrame({ number: 1, payload: "whole" });
    await writeFile(join(folder, `${firstId}.00000000.spool`), [whole, Buffer.alloc(64)]);
    expect(await readAll(openReader())).toEqual({ payloads: ["whole"], damage: [] });
  });

  it("says what it cannot read and keeps the file, when a record in the middle was changed", async () => {
    const writer = openWriter();
    for (const payload of ["one", "two", "three"]) writer.append(payload);
    const path = writer.activePath ?? "";
    writer.close();
    const bytes = await readFile(path);
    const first = formatFrame({ number: 1, payload: "one" }).length;
    bytes.write("X", first + 17);
    await writeFile(path, bytes);
    const { payloads, damage } = await readAll(openReader());
    expect(payloads).toEqual(["one"]);
    expect(damage).toEqual([bytes.length - first]);
    expect(await readdir(folder)).toEqual([`${firstId}.00000000.spool.damaged`]);
  });

  it("refuses what does not fit on the disk, and goes on when there is space again", async () => {
    let isFull = true;
    const writer = openWriter({
      // The kernel answers ENOSPC to every write to it.
      openFile: (path) => openSync(isFull ? "/dev/full" : path, isFull ? "w" : "ax"),
    });
    expect(codeOf(() => writer.append("lost"))).toBe("STORAGE_FULL");
    expect(codeOf(() => writer.append("lost"))).toBe("STORAGE_FULL");
    isFull = false;
    writer.append("kept");
    writer.close();
    const group = await openReader().next(10);
    expect(group?.records).toEqual([{ number: 1, payload: "kept" }]);
  });

  it("refuses the call whose decision does not fit on the disk", () => {
    const spool = openWriter({ openFile: () => openSync("/dev/full", "w") });
    const ground = { clock: { now: () => 0 }, random: randomBytes };
    const record = createDecisionRecord({ spool, ground, onRecord: () => undefined });
    const { question, access } = decisionOf("state/a");
    const grant = { ...access, id: "grant1", actions: [access.action] };
    const live = { ...question.live, grants: [grant] };
    const demand = (auditLogging: boolean) => {
      const { manifest } = live;
      const security = { ...manifest.security, auditLogging };
      const asked = { ...question, live: { ...live, manifest: { ...manifest, security } } };
      return createPolicy({
        // Reached by denials only.
        metering: { meter: () => expect.unreachable() },
        insight: { write: () => expect.unreachable() },
        clock: ground.clock,
        record,
      }).demand(asked, access);
    };
    expect(demand(false)).toBe("grant1");
    expect(codeOf(() => demand(true))).toBe("STORAGE_FULL");
  });

  it("refuses more than may wait, and takes as much as came into the log", () => {
    const size = formatFrame({ number: 1, payload: "12345" }).length;
    const writer = openWriter({ maxWaitingBytes: 2 * size });
    writer.append("12345");
    writer.append("12345");
    expect(codeOf(() => writer.append("12345"))).toBe("STORAGE_FULL");
    writer.release(size);
    writer.append("12345");
    expect(codeOf(() => writer.append("1"))).toBe("STORAGE_FULL");
    writer.close();
  });

  it("bounds a record to what is read back", () => {
    expect(() => formatFrame({ number: 1, payload: "" })).toThrow(/0 bytes/);
    expect(() => formatFrame({ number: 1, payload: "x".repeat(262_145) })).toThrow(/262145/);
    const frame = formatFrame({ number: 1, payload: "x".repeat(262_144) });
    expect(readFrames(frame, 1)).toMatchObject({ end: "whole", readBytes: frame.length });
  });
});

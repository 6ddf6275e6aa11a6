import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKeyFileService, parseKeyFile } from "../../../src/storage/key-service/key-file.ts";
import type { KeyService } from "../../../src/storage/key-service/key-service.ts";
import { createLocalKeyService } from "../../../src/storage/key-service/local-key-service.ts";
import { createTestFolder, silentLogger } from "../../support/databases.ts";

let folder: string;
beforeAll(async () => {
  folder = await createTestFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
const hex = (key: Uint8Array) => Buffer.from(key).toString("hex");
let files = 0;

async function openFile(lines: readonly string[]) {
  files += 1;
  const path = join(folder, `keys-${files}`);
  const write = (text: readonly string[]) =>
    writeFile(path, `${text.join("\n")}\n`, { mode: 0o600 });
  await write(lines);
  return { write, service: createKeyFileService({ path, random, logger: silentLogger }) };
}

const services: Record<string, (key: Uint8Array) => Promise<KeyService>> = {
  "one key": async (key) => createLocalKeyService({ random, readKeys: async () => [key] }),
  "a file of versions": async (key) =>
    (await openFile(["# by the secret store", `1 ${hex(random(32))}`, "", `2 ${hex(key)}`]))
      .service,
};

describe.each(Object.entries(services))("the key service of %s", (_name, open) => {
  const key = random(32);

  test("gives a new key in clear and wrapped, never the same twice, and opens what it wrapped", async () => {
    const service = await open(key);
    const one = await service.generate("organization/a");
    const two = await service.generate("organization/a");
    expect(one.key).toHaveLength(32);
    expect(hex(one.key)).not.toBe(hex(two.key));
    expect(one.masterId).toBe(await service.currentId());
    expect(hex(await service.unwrap(one.wrapped, "organization/a"))).toBe(hex(one.key));
    const again = await service.wrap(one.key, "organization/a");
    expect(again.wrapped).not.toBe(one.wrapped);
    expect(hex(await service.unwrap(again.wrapped, "organization/a"))).toBe(hex(one.key));
    for (const secret of [one.key, key]) {
      expect(one.wrapped).not.toContain(Buffer.from(secret).toString("base64").slice(0, 20));
      expect(one.wrapped + one.masterId).not.toContain(hex(secret).slice(0, 16));
    }
  });

  test("opens the same after a restart, and by the same key however it was given", async () => {
    const { key: made, wrapped } = await (await open(key)).generate("host");
    for (const reopen of Object.values(services)) {
      expect(hex(await (await reopen(key)).unwrap(wrapped, "host"))).toBe(hex(made));
    }
  });

  test("refuses another context, another master key, and every changed byte", async () => {
    const service = await open(key);
    const { wrapped } = await service.generate("organization/a");
    const wrong = { code: "MASTER_KEY_WRONG" };
    await expect(service.unwrap(wrapped, "organization/b")).rejects.toMatchObject(wrong);
    await expect((await open(random(32))).unwrap(wrapped, "organization/a")).rejects.toMatchObject(
      wrong,
    );
    const [form, id, sealed = ""] = wrapped.split(".");
    const bytes = Buffer.from(sealed, "base64");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const text = `${form}.${id}.${changed.toString("base64")}`;
      await expect(service.unwrap(text, "organization/a")).rejects.toMatchObject(wrong);
    }
    for (const text of ["", "m1", `m2.${id}.${sealed}`, `m1.${id}.`, "o1.org.AAAA"]) {
      await expect(service.unwrap(text, "organization/a")).rejects.toMatchObject(wrong);
    }
  });
});

test("a version that is added to the file wraps from the next start, and the one before still opens", async () => {
  const [first, second] = [hex(random(32)), hex(random(32))];
  const { service, write } = await openFile([`1 ${first}`]);
  const { key, wrapped } = await service.generate("host");
  await write([`1 ${first}`, `2 ${second}`]);
  const { service: later } = await openFile([`1 ${first}`, `2 ${second}`]);
  const newer = await later.wrap(key, "host");
  expect(newer.masterId).not.toBe(await service.currentId());
  // The one that runs takes the new version up when it is asked for what that wraps.
  expect(hex(await service.unwrap(newer.wrapped, "host"))).toBe(hex(key));
  expect(hex(await later.unwrap(wrapped, "host"))).toBe(hex(key));
  const { service: without } = await openFile([`2 ${second}`]);
  await expect(without.unwrap(wrapped, "host")).rejects.toMatchObject({ code: "MASTER_KEY_WRONG" });
});

test("a file that is none is refused by its line, and nothing in it is repeated", () => {
  const secret = "deadbeef".repeat(8);
  for (const [text, line] of [
    [`1 ${secret}\n1 ${secret}`, 2],
    [`one ${secret}`, 1],
    [`1 ${secret} more`, 1],
    ["\n\n3 short", 3],
    [secret, 1],
  ] as const) {
    expect(() => parseKeyFile(text, "the file")).toThrow(`Line ${line} of the file`);
    expect(() => parseKeyFile(text, "the file")).not.toThrow(secret);
  }
  expect(() => parseKeyFile("# nothing\n", "the file")).toThrow("holds no master key");
});

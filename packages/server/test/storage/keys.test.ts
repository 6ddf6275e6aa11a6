import { randomBytes } from "node:crypto";
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKeyRing } from "../../src/storage/keys.ts";
import { createTestFolder, silentLogger } from "../support/databases.ts";

let folder: string;
beforeEach(async () => {
  folder = await createTestFolder();
});
afterEach(() => rm(folder, { recursive: true }));

const open = (masterKey?: string) =>
  openKeyRing({
    folder,
    random: randomBytes,
    logger: silentLogger,
    ...(masterKey === undefined ? {} : { masterKey }),
  });
const secret = Buffer.from("value of a secret");

test("a value opens under its key and context only, and not when one bit differs", async () => {
  const keys = await open();
  const { wrapped } = keys.createDataKey();
  const other = keys.createDataKey();
  const sealed = keys.seal(wrapped, secret, "state/i1/k");
  expect(Buffer.from(sealed).includes(secret)).toBe(false);
  expect(Buffer.from(keys.open(wrapped, sealed, "state/i1/k"))).toEqual(secret);
  expect(() => keys.open(wrapped, sealed, "state/i1/l")).toThrow(/does not open/);
  expect(() => keys.open(other.wrapped, sealed, "state/i1/k")).toThrow(/does not open/);
  for (let at = 0; at < sealed.byteLength; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => keys.open(wrapped, changed, "state/i1/k")).toThrow();
  }
  expect(() => keys.open(wrapped, sealed.subarray(0, 20), "state/i1/k")).toThrow(/form/);
});

test("sealing twice never gives the same bytes", async () => {
  const keys = await open();
  const { wrapped } = keys.createDataKey();
  const sealings = new Set(
    Array.from({ length: 50 }, () =>
      Buffer.from(keys.seal(wrapped, secret, "c")).toString("base64"),
    ),
  );
  expect(sealings.size).toBe(50);
});

test("the master key is made once, for its owner only, and is read at the next start", async () => {
  const first = await open();
  const { wrapped } = first.createDataKey();
  const sealed = first.seal(wrapped, secret, "c");
  expect((await stat(join(folder, "master.key"))).mode & 0o777).toBe(0o600);
  const second = await open();
  expect(second.isMasterBesideData).toBe(true);
  expect(Buffer.from(second.open(wrapped, sealed, "c"))).toEqual(secret);
  expect(second.fingerprint(wrapped, "x")).toBe(first.fingerprint(wrapped, "x"));
});

test("a given master key is used, no file is made, and another one opens nothing", async () => {
  const keys = await open("11".repeat(32));
  expect(keys.isMasterBesideData).toBe(false);
  await expect(readFile(join(folder, "master.key"))).rejects.toThrow("ENOENT");
  const { wrapped } = keys.createDataKey();
  const same = await open(Buffer.alloc(32, 0x11).toString("base64"));
  expect(same.fingerprint(wrapped, "v")).toMatch(/^[0-9a-f]{8}$/);
  const another = await open("22".repeat(32));
  expect(() => another.seal(wrapped, secret, "c")).toThrow(/BERTH_MASTER_KEY/);
});

test("derived keys differ by purpose; fingerprints differ by value and by key", async () => {
  const keys = await open();
  expect(keys.deriveKey("a")).not.toEqual(keys.deriveKey("b"));
  expect(keys.deriveKey("a")).toEqual(keys.deriveKey("a"));
  const [one, two] = [keys.createDataKey().wrapped, keys.createDataKey().wrapped];
  expect(keys.fingerprint(one, "v")).not.toBe(keys.fingerprint(two, "v"));
  expect(keys.fingerprint(one, "v")).not.toBe(keys.fingerprint(one, "w"));
});

test("a key that is none is refused without being repeated", async () => {
  const wrong = "not-a-key-but-secret";
  await expect(open(wrong)).rejects.toSatisfy(
    (error: Error & { code: string }) =>
      error.code === "OPTION_INVALID" && !error.message.includes(wrong),
  );
  await writeFile(join(folder, "master.key"), "short");
  await chmod(join(folder, "master.key"), 0o600);
  await expect(open()).rejects.toMatchObject({ code: "OPTION_INVALID" });
});

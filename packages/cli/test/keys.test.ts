import { chmod, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isBerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createKey, findKey, getKey, listKeys, unlockKey } from "../src/keys/key-store.ts";
import { createHome, type Home } from "./support/run-cli.ts";

const passphrase = "a whole sentence, as it should be";
const placeOf = (home: Home) => ({
  env: { XDG_CONFIG_HOME: join(home.path, "config") },
  homeFolder: home.path,
});
const fileOf = (home: Home, name: string) => join(home.path, "config/berth/keys", `${name}.json`);

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (isBerthError(error)) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

describe("berth keys", () => {
  it("makes a key under a passphrase that only its owner can read, and lists and shows it", async () => {
    await using home = await createHome();
    const made = await home.run(["keys", "create", "work", "--json"], {
      env: { BERTH_KEY_PASSPHRASE: passphrase },
    });
    expect(made.code).toBe(0);
    const { file, keyId } = made.json<{ file: string; keyId: string }>();
    expect(file).toBe(fileOf(home, "work"));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, ".."))).mode & 0o777).toBe(0o700);
    const kept = await readFile(file, "utf8");
    expect(kept).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect(kept + made.stdout + made.stderr).not.toContain(passphrase);
    const list = await home.run(["keys", "list", "--json"]);
    expect(list.json()).toMatchObject({ keys: [{ name: "work", keyId, isEncrypted: true }] });
    expect(list.stdout).not.toContain("PRIVATE KEY");
    const shown = await home.run(["keys", "show", "work"]);
    expect(shown.stdout).toContain(keyId);
  });

  it("keeps a key in clear only when told so, and warns", async () => {
    await using home = await createHome();
    const { code, stderr } = await home.run(["keys", "create", "--no-passphrase"]);
    expect(code).toBe(0);
    expect(stderr).toContain("can publish in your name");
    expect(await readFile(fileOf(home, "default"), "utf8")).toContain("BEGIN PRIVATE KEY");
  });

  it("never writes over a key", async () => {
    await using home = await createHome();
    const env = { BERTH_KEY_PASSPHRASE: passphrase };
    await home.run(["keys", "create"], { env });
    const before = await readFile(fileOf(home, "default"), "utf8");
    const again = await home.run(["keys", "create", "--json"], { env });
    expect(again.code).toBe(5);
    expect(JSON.parse(again.stderr)).toMatchObject({ code: "FILE_EXISTS" });
    expect(await readFile(fileOf(home, "default"), "utf8")).toBe(before);
  });

  it.each([
    ["short", "has 5 characters"],
    ["", "has 0 characters"],
  ])("refuses the passphrase %j", async (given, message) => {
    await using home = await createHome();
    const { code, stderr } = await home.run(["keys", "create"], {
      env: { BERTH_KEY_PASSPHRASE: given },
    });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await listKeys(placeOf(home))).toEqual([]);
  });
});

describe("key store", () => {
  it("opens a key with its passphrase and with no other", async () => {
    await using home = await createHome();
    const key = await createKey(placeOf(home), "a", passphrase, 0);
    expect(unlockKey(key, passphrase).asymmetricKeyType).toBe("ed25519");
    expect(await codeOf(() => unlockKey(key, `${passphrase}!`))).toBe("KEY_UNREADABLE");
    expect(await codeOf(() => unlockKey(key, undefined))).toBe("KEY_UNREADABLE");
  });

  it.each([0o640, 0o604, 0o660])("refuses a key that others can read (mode %o)", async (mode) => {
    await using home = await createHome();
    await createKey(placeOf(home), "a", undefined, 0);
    await chmod(fileOf(home, "a"), mode);
    expect(await codeOf(findKey(placeOf(home), "a"))).toBe("KEY_UNREADABLE");
  });

  it("follows no link", async () => {
    await using home = await createHome();
    await createKey(placeOf(home), "a", undefined, 0);
    await symlink(fileOf(home, "a"), fileOf(home, "b"));
    expect(await codeOf(findKey(placeOf(home), "b"))).toBe("KEY_UNREADABLE");
  });

  it.each(["", "{}", '{"format":2}', "null", "[]"])(
    "refuses a file that holds %j",
    async (text) => {
      await using home = await createHome();
      await createKey(placeOf(home), "a", undefined, 0);
      await writeFile(fileOf(home, "a"), text);
      expect(await codeOf(findKey(placeOf(home), "a"))).toBe("KEY_UNREADABLE");
    },
  );

  it("refuses a file whose private half is another key's", async () => {
    await using home = await createHome();
    const a = await createKey(placeOf(home), "a", undefined, 0);
    const b = await createKey(placeOf(home), "b", undefined, 0);
    const swapped = { ...a, privateKeyPem: b.privateKeyPem };
    expect(await codeOf(() => unlockKey(swapped, undefined))).toBe("KEY_UNREADABLE");
  });

  it.each(["../a", "a/b", "A", "", ".", "a".repeat(41)])("refuses the name %j", async (name) => {
    await using home = await createHome();
    expect(await codeOf(createKey(placeOf(home), name, undefined, 0))).toBe("OPTION_INVALID");
  });

  it("names the keys that there are when one is missing", async () => {
    await using home = await createHome();
    await createKey(placeOf(home), "a", undefined, 0);
    await expect(getKey(placeOf(home), "b")).rejects.toThrow("there are: a");
  });
});

/**
 * A publisher's signing keys on this machine: one file each below `keys/`, 0600, the private
 * half under a passphrase unless the person said otherwise.
 *
 * Invariant: a private key or passphrase never reaches a message, an argument list or stdout.
 */
import type { KeyObject } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { encryptPrivateKey, generateKeyPair, getPublicKey, openPrivateKey } from "@berth/bundle";
import { BerthError, isBerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import { settingsFolder, writePrivateFile } from "../settings/folder.ts";

const keyName = /^[a-z0-9][a-z0-9_-]{0,39}$/;
export const defaultKeyName = "default";

export interface StoredKey {
  readonly name: string;
  readonly keyId: string;
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string;
  readonly createdAt: string;
  readonly isEncrypted: boolean;
  readonly privateKeyPem: string;
}

type KeyFile = Omit<StoredKey, "name">;

/** @throws SyntaxError when it is not what `createKey` writes */
function parseKeyFile(value: unknown): KeyFile {
  const file = (value ?? {}) as Partial<Record<keyof KeyFile | "format", unknown>>;
  const { createdAt, isEncrypted, keyId, privateKeyPem, publicKey } = file;
  if (
    file.format === 1 &&
    typeof createdAt === "string" &&
    typeof isEncrypted === "boolean" &&
    typeof keyId === "string" &&
    typeof privateKeyPem === "string" &&
    typeof publicKey === "string"
  ) {
    return { createdAt, isEncrypted, keyId, privateKeyPem, publicKey };
  }
  throw new SyntaxError("it is not of format 1");
}

type Place = Pick<CliContext, "env" | "homeFolder">;

function keysFolder(place: Place): string {
  return join(settingsFolder(place), "keys");
}

export function keyFile(place: Place, name: string): string {
  return join(keysFolder(place), `${parseKeyName(name)}.json`);
}

function parseKeyName(name: string): string {
  if (keyName.test(name)) return name;
  throw new BerthError(
    "OPTION_INVALID",
    `The key's name is ${JSON.stringify(name.slice(0, 80))}; expected lower-case letters, digits, dashes and underscores, at most 40.`,
    { details: { option: "key" } },
  );
}

/**
 * Makes a key and keeps it.
 *
 * @param passphrase - undefined keeps the key in clear
 * @throws BerthError FILE_EXISTS when there is a key of that name; OPTION_INVALID
 */
export async function createKey(
  place: Place,
  name: string,
  passphrase: string | undefined,
  createdAtMs: number,
): Promise<StoredKey> {
  const path = keyFile(place, name);
  if (await findKey(place, name)) {
    throw new BerthError(
      "FILE_EXISTS",
      `There is a key named ${name} (${path}); choose another name, as in \`berth keys create work\`.`,
    );
  }
  const { keyId, privateKeyPem, publicKey } = generateKeyPair();
  const isEncrypted = passphrase !== undefined;
  const kept = {
    format: 1,
    keyId,
    publicKey,
    createdAt: new Date(createdAtMs).toISOString(),
    isEncrypted,
    privateKeyPem: isEncrypted ? encryptPrivateKey(privateKeyPem, passphrase) : privateKeyPem,
  };
  await writePrivateFile(path, `${JSON.stringify(kept, null, 2)}\n`);
  return { name, ...kept };
}

/** @throws BerthError KEY_UNREADABLE when the file is damaged or others can read it */
export async function findKey(place: Place, name: string): Promise<StoredKey | undefined> {
  const path = keyFile(place, name);
  let text: string;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    await using _closed = file;
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      throw new BerthError(
        "KEY_UNREADABLE",
        `The key ${path} can be read by others (mode ${(mode & 0o777).toString(8)}); run \`chmod 600 ${path}\`, or make a new key and revoke this one.`,
      );
    }
    text = await file.readFile("utf8");
  } catch (cause) {
    if (isBerthError(cause)) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return undefined;
    throw new BerthError("KEY_UNREADABLE", `The key ${path} cannot be read: ${code}.`, { cause });
  }
  try {
    return { name, ...parseKeyFile(JSON.parse(text)) };
  } catch (cause) {
    throw new BerthError(
      "KEY_UNREADABLE",
      `${path} is not a key file of \`berth keys create\`; restore it from a backup, or make a new key.`,
      { cause },
    );
  }
}

/** @throws BerthError FILE_UNREADABLE when there is none of that name; KEY_UNREADABLE */
export async function getKey(place: Place, name: string): Promise<StoredKey> {
  const key = await findKey(place, name);
  if (key) return key;
  const names = (await listKeys(place)).map((each) => each.name);
  const mend = names.length > 0 ? `there are: ${names.join(", ")}` : "run `berth keys create`";
  throw new BerthError(
    "FILE_UNREADABLE",
    `There is no key named ${name} on this machine; ${mend}.`,
  );
}

export async function listKeys(place: Place): Promise<readonly StoredKey[]> {
  let files: string[];
  try {
    files = await readdir(keysFolder(place));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
  const names = files
    .filter((file) => file.endsWith(".json") && keyName.test(file.slice(0, -5)))
    .map((file) => file.slice(0, -5))
    .sort();
  const keys = await Promise.all(names.map((name) => findKey(place, name)));
  return keys.filter((key) => key !== undefined);
}

/**
 * The private key, ready to sign.
 *
 * @throws BerthError KEY_UNREADABLE when the passphrase is wrong, or the file's two halves differ
 */
export function unlockKey(key: StoredKey, passphrase: string | undefined): KeyObject {
  const privateKey = openPrivateKey(key.privateKeyPem, passphrase);
  if (getPublicKey(privateKey).keyId !== key.keyId) {
    throw new BerthError(
      "KEY_UNREADABLE",
      `The key file ${key.name} holds a private key that is not ${key.keyId}; restore it from a backup, or make a new key.`,
    );
  }
  return privateKey;
}

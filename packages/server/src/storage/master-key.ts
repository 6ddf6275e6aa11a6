/** Where the master key comes from. Never logged, never in a message. */
import { open, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { KeyRingOptions } from "./keys.ts";
import { syncFolder } from "./sync-folder.ts";

const keyBytes = 32;
const readableByOthers = 0o077;

/** @throws OPTION_INVALID, which does not repeat it */
export function parseKey(text: string, where: string): Uint8Array {
  const trimmed = text.trim();
  const isHex = /^[0-9a-fA-F]{64}$/.test(trimmed);
  const key = Buffer.from(trimmed, isHex ? "hex" : "base64");
  if (key.byteLength === keyBytes && (isHex || /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed))) return key;
  throw new BerthError(
    "OPTION_INVALID",
    `${where} is not a master key; expected ${keyBytes} bytes as 64 hexadecimal digits or in base64.`,
    { details: { option: "BERTH_MASTER_KEY" } },
  );
}

async function readKey(path: string, options: KeyRingOptions): Promise<Uint8Array> {
  const { mode } = await stat(path);
  if ((mode & readableByOthers) !== 0) {
    options.logger.warn({ path }, "others on this machine can read the master key; chmod 600 it");
  }
  return parseKey(await readFile(path, "utf8"), path);
}

async function makeKey(path: string, options: KeyRingOptions): Promise<Uint8Array> {
  const key = options.random(keyBytes);
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${Buffer.from(key).toString("hex")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // What it wraps may lie on another machine, which a power cut here leaves as it is.
  await syncFolder(dirname(path));
  return key;
}

export async function loadMasterKey(options: KeyRingOptions): Promise<Uint8Array> {
  if (options.masterKey !== undefined) return parseKey(options.masterKey, "BERTH_MASTER_KEY");
  const path = join(options.folder, "master.key");
  try {
    return await readKey(path, options).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return makeKey(path, options);
      throw error;
    });
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    throw new BerthError(
      "FILE_UNREADABLE",
      `The master key ${path} cannot be read or made; check the folder's owner and mode.`,
      { cause },
    );
  }
}

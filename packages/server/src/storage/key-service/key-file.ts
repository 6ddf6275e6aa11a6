/**
 * A file of master keys with their versions: one `<version> <key>` a line, the highest version wraps.
 *
 * For keys that another program puts there, such as a secret store's agent: a version that is added is
 * taken up, and one that is removed is forgotten, at the next start or when a wrapped key asks for it.
 */
import { readFile, stat } from "node:fs/promises";
import { BerthError } from "@berth/protocol";
import type { Logger } from "pino";
import { parseKey } from "../master-key.ts";
import type { KeyService } from "./key-service.ts";
import { createLocalKeyService } from "./local-key-service.ts";

const readableByOthers = 0o077;

/** Newest first. @throws OPTION_INVALID naming the line; never what stands in it */
export function parseKeyFile(text: string, path: string): readonly Uint8Array[] {
  const versions = new Map<number, Uint8Array>();
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [version, key, ...rest] = line.trim().split(/\s+/);
    const number = /^[1-9]\d{0,8}$/.test(version ?? "") ? Number(version) : undefined;
    if (number === undefined || key === undefined || rest.length > 0 || versions.has(number)) {
      throw new BerthError(
        "OPTION_INVALID",
        `Line ${index + 1} of ${path} is not "<version> <key>" with a version of its own; expected such as "2 <64 hexadecimal digits>".`,
        { details: { option: "BERTH_MASTER_KEY_FILE" } },
      );
    }
    versions.set(number, parseKey(key, `Line ${index + 1} of ${path}`));
  });
  if (versions.size === 0) {
    throw new BerthError("OPTION_INVALID", `${path} holds no master key.`, {
      details: { option: "BERTH_MASTER_KEY_FILE" },
    });
  }
  return [...versions].sort(([a], [b]) => b - a).map(([, key]) => key);
}

/** @throws FILE_UNREADABLE, OPTION_INVALID at the first use */
export function createKeyFileService(options: {
  readonly path: string;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}): KeyService {
  const { path, random, logger } = options;
  return createLocalKeyService({
    random,
    async readKeys() {
      try {
        if (((await stat(path)).mode & readableByOthers) !== 0) {
          logger.warn({ path }, "others on this machine can read the master keys; chmod 600 it");
        }
        return parseKeyFile(await readFile(path, "utf8"), path);
      } catch (cause) {
        if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
        throw new BerthError(
          "FILE_UNREADABLE",
          `The master keys in ${path} cannot be read; check BERTH_MASTER_KEY_FILE and the file's owner.`,
          { cause },
        );
      }
    },
  });
}

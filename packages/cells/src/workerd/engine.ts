/** Finds the engine's program and says how old it is. */

import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BerthError } from "@berth/protocol";
import { makeOwnFolder } from "./own-folder.ts";

export interface Engine {
  readonly binary: string;
  /** The engine's package version, `unknown` for a program given by path. */
  readonly version: string;
  /** From the date in its version; NaN when unknown. */
  readonly releasedAt: number;
}

const hashPartBytes = 4 * 1024 * 1024;

const platformPackages: Readonly<Record<string, string>> = {
  "linux-x64": "@cloudflare/workerd-linux-64",
  "linux-arm64": "@cloudflare/workerd-linux-arm64",
  "darwin-x64": "@cloudflare/workerd-darwin-64",
  "darwin-arm64": "@cloudflare/workerd-darwin-arm64",
};

/** Versions of the engine are `1.YYYYMMDD.N`. */
function releaseDate(version: string): number {
  const match = /^\d+\.(\d{4})(\d{2})(\d{2})\./.exec(version);
  return match === null ? Number.NaN : Date.parse(`${match[1]}-${match[2]}-${match[3]}`);
}

/** @throws BerthError `CELL_START_FAILED` when the engine is not installed */
export function findEngine(binary?: string): Engine {
  if (binary !== undefined) {
    if (!existsSync(binary)) {
      throw new BerthError("CELL_START_FAILED", `There is no engine at "${binary}".`);
    }
    return { binary, version: "unknown", releasedAt: Number.NaN };
  }
  const name = platformPackages[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    const host = `${process.platform}-${process.arch}`;
    throw new BerthError("CELL_START_FAILED", `The engine workerd is not built for ${host}.`);
  }
  try {
    const fromWorkerd = createRequire(createRequire(import.meta.url).resolve("workerd"));
    const manifest = fromWorkerd.resolve(`${name}/package.json`);
    // Read anew each time: the engine may be replaced while the server runs.
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    const path = join(dirname(manifest), "bin", "workerd");
    return { binary: path, version, releasedAt: releaseDate(version) };
  } catch (cause) {
    const message = `The engine's package "${name}" is not installed; run npm install without --omit=optional.`;
    throw new BerthError("CELL_START_FAILED", message, { cause });
  }
}

/** True when a user with no rights of their own can pass through the folder and all above it. */
export function isOpenToAll(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return folder === dirname(folder) || isOpenToAll(dirname(folder));
}

/** True when nobody but root can change the file, or put another in its place. */
export function isRootsAlone(path: string): boolean {
  const { uid, mode } = statSync(path);
  // Where others may write, a folder with the sticky bit still keeps them from what is root's.
  const isClosed = (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
  return uid === 0 && isClosed && (path === dirname(path) || isRootsAlone(dirname(path)));
}

function isProgramForAll(path: string): boolean {
  return isOpenToAll(dirname(path)) && (statSync(path).mode & 0o005) === 0o005;
}

/** The folder may be one that others could write to before; what lies there must prove itself. */
function isTrulyStaged(staged: string, source: string): boolean {
  const found = lstatSync(staged, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.uid !== process.getuid?.()) return false;
  if ((found.mode & 0o022) !== 0 || (found.mode & 0o005) !== 0o005) return false;
  const original = statSync(source);
  if (found.dev === original.dev && found.ino === original.ino) return true;
  return found.size === original.size && hashFile(staged) === hashFile(source);
}

/** In parts: the engine has more than a hundred megabytes. */
function hashFile(path: string): string {
  const hash = createHash("sha256");
  const part = Buffer.allocUnsafe(hashPartBytes);
  const file = openSync(path, "r");
  try {
    for (let length = readSync(file, part); length > 0; length = readSync(file, part)) {
      hash.update(part.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** A link stays writable for whoever may write to its source, so only our own program is linked. */
function linkOrCopy(source: string, target: string): void {
  const { uid, mode } = statSync(source);
  if (uid === process.getuid?.() && (mode & 0o022) === 0 && (mode & 0o005) === 0o005) {
    try {
      linkSync(source, target);
      return;
    } catch {
      // Another file system: a copy does as well.
    }
  }
  copyFileSync(source, target, constants.COPYFILE_EXCL);
  chmodSync(target, 0o755);
}

/**
 * Cells run under users of their own, who may not reach a checkout below a private home folder:
 * then the engine is linked, or copied once, to a place that they can.
 *
 * Trust: the place may be shared with other users. One that lies there already is used only when it
 * is ours, closed to others' writing, and the same as the source byte for byte.
 *
 * @throws BerthError `CELL_START_FAILED` when the folder belongs to another user
 */
export function stageEngine(engine: Engine, folder: string): Engine {
  if (isProgramForAll(engine.binary)) return engine;
  makeOwnFolder(folder, 0o755);
  const staged = join(folder, `workerd-${engine.version}-${statSync(engine.binary).size}`);
  if (!isTrulyStaged(staged, engine.binary)) {
    const half = `${staged}.${randomBytes(6).toString("hex")}.part`;
    try {
      linkOrCopy(engine.binary, half);
      // When both are links to one file, renaming does nothing.
      rmSync(staged, { recursive: true, force: true });
      renameSync(half, staged);
    } finally {
      rmSync(half, { force: true });
    }
  }
  return { ...engine, binary: staged };
}

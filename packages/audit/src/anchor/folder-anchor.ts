/**
 * An anchor that is a folder: one file for each size, made once and never written again.
 *
 * The folder is worth as much as its distance from the database: another machine's share, another user, a medium
 * that takes no second write. A file that a crash left unfinished is left; its checkpoint goes to a next name.
 */
import { BerthError, isBerthError } from "@berth/protocol";
import { parseCheckpoint } from "../note/checkpoint.ts";
import { maxNoteBytes } from "../note/signed-note.ts";
import { equalHashes } from "../tree/hashes.ts";
import type { AnchoredCheckpoint } from "../verify/anchors.ts";
import type { Anchor, KeptCheckpoint } from "./anchor.ts";
import { type FolderFiles, nodeFolderFiles } from "./folder-files.ts";

export interface FolderAnchorOptions {
  /** Of one log; made when it is not there. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly files?: FolderFiles;
}

const maxAttempts = 9;
const namePattern = /^\d{16}(?:-\d)?\.checkpoint$/;

function nameOf(size: number, attempt: number): string {
  const digits = String(size).padStart(16, "0");
  return `${digits}${attempt === 1 ? "" : `-${attempt}`}.checkpoint`;
}

function conflict(place: string, what: string): BerthError {
  return new BerthError(
    "AUDIT_ANCHOR_CONFLICT",
    `${place} ${what}. Either the folder is another log's, or one of the two histories is false: keep both and find out, before anything is overwritten.`,
    { details: { place } },
  );
}

/** Whether the file holds the same tree head; undefined when it holds no whole checkpoint. */
function compare(kept: string, checkpoint: KeptCheckpoint, place: string): boolean | undefined {
  try {
    const { origin, root, size } = parseCheckpoint(kept);
    if (origin !== checkpoint.origin) throw conflict(place, `is a checkpoint of the log ${origin}`);
    return size === checkpoint.size && equalHashes(root, checkpoint.root);
  } catch (error) {
    if (isBerthError(error, "CHECKPOINT_INVALID")) return undefined;
    throw error;
  }
}

export function openFolderAnchor(options: FolderAnchorOptions): Anchor {
  const { folder, now } = options;
  const files = options.files ?? nodeFolderFiles;

  /** The name under which it is kept now. */
  async function keepAs(checkpoint: KeptCheckpoint): Promise<string> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const name = nameOf(checkpoint.size, attempt);
      if (await files.create(folder, name, checkpoint.text)) return name;
      const place = `${folder}/${name}`;
      const isSame = compare(await files.read(folder, name, maxNoteBytes), checkpoint, place);
      if (isSame === true) return name;
      if (isSame === false) {
        throw conflict(place, `has another root for ${checkpoint.size} entries than the log`);
      }
    }
    throw new BerthError(
      "AUDIT_ANCHOR_FAILED",
      `${folder} has ${maxAttempts} broken files for size ${checkpoint.size}; is it writable and not full?`,
    );
  }

  return {
    kind: "folder",
    place: folder,
    async keep(checkpoint, signal) {
      signal?.throwIfAborted();
      try {
        await files.prepare(folder);
        const name = await keepAs(checkpoint);
        const timeSeconds = Math.floor(now() / 1000);
        return { kind: "folder", place: `${folder}/${name}`, timeSeconds, cosignatures: [] };
      } catch (error) {
        if (isBerthError(error)) throw error;
        throw new BerthError(
          "AUDIT_ANCHOR_FAILED",
          `The checkpoint of size ${checkpoint.size} cannot be kept in ${folder}: ${error instanceof Error ? error.message : "unknown"}; is the folder writable and not full?`,
          { cause: error },
        );
      }
    },
  };
}

/**
 * All checkpoints of an anchor folder, for `verifyExport`. Files of other names are left out; broken ones are
 * given as they are, and reported there.
 *
 * @throws FILE_UNREADABLE
 */
export async function readAnchorFolder(
  folder: string,
  files: FolderFiles = nodeFolderFiles,
): Promise<readonly AnchoredCheckpoint[]> {
  try {
    const names = (await files.list(folder)).filter((name) => namePattern.test(name)).sort();
    const anchors: AnchoredCheckpoint[] = [];
    for (const name of names) {
      const note = await files.read(folder, name, maxNoteBytes);
      anchors.push({ place: `${folder}/${name}`, note });
    }
    return anchors;
  } catch (error) {
    throw new BerthError(
      "FILE_UNREADABLE",
      `The anchor folder ${folder} cannot be read: ${error instanceof Error ? error.message : "unknown"}.`,
      { cause: error },
    );
  }
}

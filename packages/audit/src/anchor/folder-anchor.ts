/**
 * An anchor that is a folder: one file for each size, made once and never written again.
 *
 * The folder is worth as much as its distance from the database: another machine's share, another user, a medium
 * that takes no second write. A file that a crash left unfinished is left; its checkpoint goes to a next name.
 */
import { BerthError, isBerthError } from "@berth/protocol";
import { maxNoteBytes } from "../note/signed-note.ts";
import type { AnchoredCheckpoint } from "../verify/anchors.ts";
import type { Anchor, KeptCheckpoint } from "./anchor.ts";
import { anchorConflict, anchorName, anchorNamePattern, isSameHead } from "./compare-kept.ts";
import { type FolderFiles, nodeFolderFiles } from "./folder-files.ts";

export interface FolderAnchorOptions {
  /** Of one log; made when it is not there. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly files?: FolderFiles;
}

const maxAttempts = 9;
export function openFolderAnchor(options: FolderAnchorOptions): Anchor {
  const { folder, now } = options;
  const files = options.files ?? nodeFolderFiles;

  /** The name under which it is kept now. */
  async function keepAs(checkpoint: KeptCheckpoint): Promise<string> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const name = anchorName(checkpoint.size, attempt);
      if (await files.create(folder, name, checkpoint.text)) return name;
      const place = `${folder}/${name}`;
      const isSame = isSameHead(await files.read(folder, name, maxNoteBytes), checkpoint, place);
      if (isSame === true) return name;
      if (isSame === false) {
        throw anchorConflict(place, `has another root for ${checkpoint.size} entries than the log`);
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
    const names = (await files.list(folder)).filter((name) => anchorNamePattern.test(name)).sort();
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

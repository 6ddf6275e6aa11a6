/** What an anchor makes of a checkpoint that it finds in the place of the one it was to keep. */
import { BerthError, isBerthError } from "@berth/protocol";
import { parseCheckpoint } from "../note/checkpoint.ts";
import { equalHashes } from "../tree/hashes.ts";
import type { KeptCheckpoint } from "./anchor.ts";

/** One name for a size, in the order of sizes; further names are for what a crash left unfinished. */
export function anchorName(size: number, attempt = 1): string {
  const digits = String(size).padStart(16, "0");
  return `${digits}${attempt === 1 ? "" : `-${attempt}`}.checkpoint`;
}

export const anchorNamePattern = /^\d{16}(?:-\d)?\.checkpoint$/;

export function anchorConflict(place: string, what: string): BerthError {
  return new BerthError(
    "AUDIT_ANCHOR_CONFLICT",
    `${place} ${what}. Either it is another log's, or one of the two histories is false: keep both and find out, before anything is overwritten.`,
    { details: { place } },
  );
}

/**
 * Whether what is kept is the same tree head; undefined when it is no whole checkpoint.
 *
 * @throws AUDIT_ANCHOR_CONFLICT when it is of another log
 */
export function isSameHead(
  kept: string,
  checkpoint: KeptCheckpoint,
  place: string,
): boolean | undefined {
  try {
    const { origin, root, size } = parseCheckpoint(kept);
    if (origin !== checkpoint.origin) {
      throw anchorConflict(place, `is a checkpoint of the log ${origin}`);
    }
    return size === checkpoint.size && equalHashes(root, checkpoint.root);
  } catch (error) {
    if (isBerthError(error, "CHECKPOINT_INVALID")) return undefined;
    throw error;
  }
}

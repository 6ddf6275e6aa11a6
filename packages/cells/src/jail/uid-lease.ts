/**
 * Hands out host user ids to cells, one each.
 *
 * Invariant: no two live cells have the same id, in this pool or in another on this host. A pool
 * takes a block that no running process uses; within it an id is used again only after its cell
 * has ended.
 */

import { randomInt } from "node:crypto";
import { readdirSync, statSync } from "node:fs";

/** Above what systemd assigns to containers, below what is reserved. */
const firstUid = 1_900_000_000;
const blockSize = 1_024;
const blockCount = 4_096;

export interface UidLease {
  acquire(): number;
  release(uid: number): void;
}

function readUidsInUse(): Set<number> {
  const uids = new Set<number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = statSync(`/proc/${name}`, { throwIfNoEntry: false });
    if (status !== undefined) uids.add(status.uid);
  }
  return uids;
}

export function createUidLease(): UidLease {
  const inUse = readUidsInUse();
  const blocksInUse = new Set([...inUse].map((uid) => Math.floor((uid - firstUid) / blockSize)));
  let block = randomInt(blockCount);
  while (blocksInUse.has(block)) block = (block + 1) % blockCount;
  const first = firstUid + block * blockSize;
  const leased = new Set<number>();
  let next = 0;
  return {
    acquire() {
      for (let tried = 0; tried < blockSize; tried += 1) {
        const uid = first + next;
        next = (next + 1) % blockSize;
        if (leased.has(uid)) continue;
        leased.add(uid);
        return uid;
      }
      throw new RangeError(`All ${blockSize} user ids of this pool are in use.`);
    },
    release: (uid) => void leased.delete(uid),
  };
}

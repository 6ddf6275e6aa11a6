/**
 * Records decisions about apps' accesses before the calls are answered.
 *
 * A record that cannot be written throws, and the call with it: what is not recorded does not happen.
 */
import type { DecisionRecord } from "../policy/ports.ts";
import type { Ground } from "../storage/ground.ts";
import { createDecisionEncoder } from "./encode-decision.ts";
import { saltBytes } from "./entry.ts";
import type { SpoolWriter } from "./spool/write-spool.ts";

/** Random bytes are drawn for so many entries at once: a call for each costs more than all the rest. */
const saltsAtOnce = 256;

function createSalts({ random }: Pick<Ground, "random">): () => string {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = Buffer.from(random(saltBytes * saltsAtOnce));
      used = 0;
    }
    used += saltBytes;
    return pool.toString("base64url", used - saltBytes, used);
  };
}

export function createDecisionRecord(options: {
  readonly spool: Pick<SpoolWriter, "append">;
  readonly ground: Pick<Ground, "clock" | "random">;
  readonly onRecord: () => void;
}): DecisionRecord {
  const { spool, ground, onRecord } = options;
  const encode = createDecisionEncoder();
  const nextSalt = createSalts(ground);
  return {
    note(decided) {
      spool.append(encode(decided, { at: ground.clock.now(), salt: nextSalt() }));
      onRecord();
    },
  };
}

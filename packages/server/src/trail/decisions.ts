/**
 * Records decisions about apps' accesses before the calls are answered.
 *
 * A record that cannot be written throws, and the call with it: what is not recorded does not happen.
 */
import type { DecisionRecord } from "../policy/ports.ts";
import type { Ground } from "../storage/ground.ts";
import { encodeDecision, saltBytes } from "./entry.ts";
import type { SpoolWriter } from "./spool/write-spool.ts";

export function createDecisionRecord(options: {
  readonly spool: Pick<SpoolWriter, "append">;
  readonly ground: Pick<Ground, "clock" | "random">;
  readonly onRecord: () => void;
}): DecisionRecord {
  const { spool, ground, onRecord } = options;
  return {
    note(decided) {
      const stamp = { at: ground.clock.now(), salt: ground.random(saltBytes) };
      spool.append(encodeDecision(decided, stamp));
      onRecord();
    },
  };
}

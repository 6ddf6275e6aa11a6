/** Which checkpoints the witnesses that the verifier trusts have cosigned. */
import type { Checkpoint } from "../note/checkpoint.ts";
import { verifyNote } from "../note/signed-note.ts";
import { asType, type VerifierKey } from "../note/verifier-key.ts";
import type { Findings } from "./findings.ts";
import type { WitnessReport } from "./report.ts";

export interface Witnesses {
  read(checkpoint: Checkpoint): void;
  finish(): readonly WitnessReport[];
}

export function createWitnesses(
  witnessKeys: readonly VerifierKey[],
  findings: Findings,
): Witnesses {
  const witnesses = witnessKeys.map((key) => ({
    key: asType(key, "cosignature"),
    checkpoints: 0,
    lastSize: null as number | null,
    lastTimeSeconds: null as number | null,
  }));
  return {
    read({ note, size }) {
      for (const witness of witnesses) {
        const [cosignature] = verifyNote(note, [witness.key]).verified;
        if (cosignature === undefined) continue;
        witness.checkpoints += 1;
        if (size < (witness.lastSize ?? 0)) continue;
        witness.lastSize = size;
        witness.lastTimeSeconds = cosignature.timeSeconds ?? null;
      }
    },
    finish() {
      return witnesses.map(({ key, ...seen }) => {
        if (seen.checkpoints === 0) {
          findings.add({
            code: "WITNESS_ABSENT",
            message: `The witness ${key.name} (${key.keyId}) cosigned none of the checkpoints.`,
          });
        }
        return { vkey: key.text, ...seen };
      });
    },
  };
}

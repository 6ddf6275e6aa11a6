/** Which checkpoints the witnesses that the verifier trusts have cosigned. */
import type { Checkpoint } from "../note/checkpoint.ts";
import { verifyNote } from "../note/signed-note.ts";
import { asType, type VerifierKey } from "../note/verifier-key.ts";
import type { Findings } from "./findings.ts";
import type { WitnessReport } from "./report.ts";

export interface Witnesses {
  read(checkpoint: Checkpoint): void;
  /** @param size - of the log, which the last cosigned checkpoint has to cover */
  finish(size: number): readonly WitnessReport[];
}

/** What no cosignature covers may be another history than the witness was shown, or one that it refused. */
function reportBehind(
  key: VerifierKey,
  { lastSize, size }: { readonly lastSize: number; readonly size: number },
  findings: Findings,
): void {
  findings.add({
    code: "WITNESS_BEHIND",
    message: `The witness ${key.name} (${key.keyId}) cosigned up to ${lastSize} entries, but there are ${size}. It was out of reach since, or it refused what followed, as it refuses a log that was rewritten: ask it for its last checkpoint, and give that as --checkpoint.`,
    index: lastSize,
    between: { fromSize: lastSize, toSize: size },
    count: size - lastSize,
  });
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
    finish(size) {
      return witnesses.map(({ key, ...seen }) => {
        if (seen.checkpoints === 0) {
          findings.add({
            code: "WITNESS_ABSENT",
            message: `The witness ${key.name} (${key.keyId}) cosigned none of the checkpoints.`,
          });
        } else if ((seen.lastSize ?? 0) < size) {
          reportBehind(key, { lastSize: seen.lastSize ?? 0, size }, findings);
        }
        return { vkey: key.text, ...seen };
      });
    },
  };
}

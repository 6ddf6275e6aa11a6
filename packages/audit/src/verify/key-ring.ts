/**
 * Which keys count, and which checkpoints they signed.
 *
 * A key counts when the verifier pinned it, or when an entry names it (`log.key.add`) that stands under a
 * checkpoint which a counting key signed. That both signed one checkpoint says nothing: anybody can put a
 * signature of their own below a note. From the first checkpoint after its retirement (`log.key.retire`) on, a
 * key's signatures are ignored.
 *
 * The whole file must be read before this is decided, so checkpoints are counted by who signed them.
 */
import { keyActions } from "../entry/entry.ts";
import type { Checkpoint } from "../note/checkpoint.ts";
import { verifyNote } from "../note/signed-note.ts";
import { asType, parseVerifierKey, type VerifierKey } from "../note/verifier-key.ts";
import type { Findings } from "./findings.ts";

export interface KeyReport {
  readonly vkey: string;
  readonly isPinned: boolean;
  /** Whether its signatures count. */
  readonly counts: boolean;
  /** The entry that names it; null when none does. */
  readonly addedByEntry: number | null;
  readonly retiredByEntry: number | null;
  readonly checkpoints: number;
  /** Of the first and last checkpoint that it signed. */
  readonly firstSize: number | null;
  readonly lastSize: number | null;
}

interface KnownKey {
  readonly key: VerifierKey;
  readonly timed: VerifierKey;
  readonly isPinned: boolean;
  /** The export's header names it. */
  readonly isListed: boolean;
  addedByEntry: number | undefined;
  retiredByEntry: number | undefined;
  /** The size of the last checkpoint that a retired key may sign. */
  lastAllowedSize: number | undefined;
  /** Keys that signed a checkpoint above the entry that names this one. */
  readonly endorsers: Set<KnownKey>;
  checkpoints: number;
  firstSize: number | undefined;
  lastSize: number | undefined;
}

interface SignedStretch {
  readonly signers: readonly KnownKey[];
  checkpoints: number;
  readonly firstSize: number;
  lastSize: number;
}

/** Of a body that may be anything. */
interface KeyEntryBody {
  readonly action?: unknown;
  readonly details?: { readonly vkey?: unknown } | null;
}

export interface Signing {
  /** The latest time that a known key signed; undefined when none did with the time. */
  readonly timeSeconds: number | undefined;
}

export interface KeyRing {
  /** @param body in canonical JSON, and fitting its leaf hash; others are not to be shown */
  readEntry(index: number, body: string, line: number): void;
  /** @param isEarned whether the entries under it were all there and gave its root */
  readCheckpoint(checkpoint: Checkpoint, line: number, isEarned: boolean): Signing;
  /** All that are known, in their published type. */
  keys(): readonly VerifierKey[];
  /** Adds what it found, and says which keys count. */
  finish(): { readonly keys: readonly KeyReport[]; readonly lastTrustedSize: number | null };
}

export interface KeyRingOptions {
  readonly findings: Findings;
  readonly pinned: readonly VerifierKey[];
  /** The export's own list. Counts by itself only when nothing is pinned. */
  readonly listed: readonly string[];
}

const maxKeys = 64;
const maxStretches = 1_024;

export function createKeyRing({ findings, listed, pinned }: KeyRingOptions): KeyRing {
  const known = new Map<string, KnownKey>();
  const stretches = new Map<string, SignedStretch>();
  let unfiled = 0;
  /** Keys named by entries since the last checkpoint, then by entries under one. */
  const named = new Set<KnownKey>();
  const retired = new Map<KnownKey, number>();
  const underCheckpoint = new Set<KnownKey>();

  function learn(
    given: VerifierKey,
    from: { readonly isPinned: boolean; readonly isListed: boolean },
  ): KnownKey | undefined {
    const key = asType(given, "ed25519");
    const existing = known.get(key.text);
    if (existing !== undefined || known.size >= maxKeys) return existing;
    const timed = asType(key, "cosignature");
    const fresh: KnownKey = {
      key,
      timed,
      ...from,
      addedByEntry: undefined,
      retiredByEntry: undefined,
      lastAllowedSize: undefined,
      endorsers: new Set(),
      checkpoints: 0,
      firstSize: undefined,
      lastSize: undefined,
    };
    known.set(key.text, fresh);
    return fresh;
  }

  function learnText(vkey: unknown, isListed: boolean): KnownKey | undefined {
    if (typeof vkey !== "string") return undefined;
    const existing = known.get(vkey);
    if (existing !== undefined) return existing;
    try {
      return learn(parseVerifierKey(vkey), { isPinned: false, isListed });
    } catch {
      // Not a key: the caller says where it stood.
      return undefined;
    }
  }

  for (const key of pinned) learn(key, { isPinned: true, isListed: false });
  for (const [at, vkey] of listed.entries()) {
    if (learnText(vkey, true) !== undefined) continue;
    findings.add({
      code: "KEY_ENTRY_UNUSABLE",
      message: `The export's verifier key ${at + 1} is not one; it is left out.`,
      line: 1,
    });
  }

  function signersOf(
    checkpoint: Checkpoint,
    line: number,
  ): Signing & { readonly signers: readonly KnownKey[] } {
    const keys = [...known.values()];
    const { failed, verified } = verifyNote(
      checkpoint.note,
      keys.flatMap(({ key, timed }) => [key, timed]),
    );
    for (const key of failed) {
      findings.add({
        code: "SIGNATURE_WRONG",
        message: `The signature of ${key.name} (${key.keyId}) on the checkpoint of size ${checkpoint.size} does not verify: the checkpoint or the signature was altered.`,
        line,
      });
    }
    // By signed-note, a wrong signature of a known key spoils the whole note.
    if (failed.length > 0) return { signers: [], timeSeconds: undefined };
    const texts = new Set(verified.map(({ key }) => key.text));
    const signers = keys.filter(
      ({ key, lastAllowedSize, timed }) =>
        (texts.has(key.text) || texts.has(timed.text)) &&
        (lastAllowedSize === undefined || checkpoint.size <= lastAllowedSize),
    );
    const times = verified.flatMap(({ timeSeconds }) => timeSeconds ?? []);
    return { signers, timeSeconds: times.length === 0 ? undefined : Math.max(...times) };
  }

  function file(signers: readonly KnownKey[], size: number): void {
    for (const signer of signers) {
      signer.checkpoints += 1;
      signer.firstSize ??= size;
      signer.lastSize = size;
    }
    const name = signers.map(({ key }) => key.text).join("\n");
    const stretch = stretches.get(name);
    if (stretch !== undefined) {
      stretch.checkpoints += 1;
      stretch.lastSize = size;
    } else if (stretches.size < maxStretches) {
      stretches.set(name, { signers, checkpoints: 1, firstSize: size, lastSize: size });
    } else {
      unfiled += 1;
    }
  }

  function countingKeys(): ReadonlySet<KnownKey> {
    const isFirst = ({ isListed, isPinned }: KnownKey) => (pinned.length > 0 ? isPinned : isListed);
    const counting = new Set([...known.values()].filter(isFirst));
    // A set is walked in the order in which it grows: keys added on the way get their turn.
    for (const trusted of counting) {
      for (const key of underCheckpoint) if (key.endorsers.has(trusted)) counting.add(key);
    }
    return counting;
  }

  function reportUntrusted(counting: ReadonlySet<KnownKey>): number | null {
    let lastTrustedSize: number | null = null;
    for (const { checkpoints, firstSize, lastSize, signers } of stretches.values()) {
      if (signers.some((signer) => counting.has(signer))) {
        lastTrustedSize = Math.max(lastTrustedSize ?? 0, lastSize);
        continue;
      }
      const who = signers.map(({ key }) => `${key.name} (${key.keyId})`).join(", ");
      findings.add({
        code: "CHECKPOINT_UNTRUSTED",
        message: `${checkpoints} checkpoint(s) of sizes ${firstSize} to ${lastSize} are signed by ${who === "" ? "no known key" : `${who} only`}, which is neither pinned nor named by an entry under a trusted checkpoint: that part may have been rewritten with another key.`,
        between: { fromSize: firstSize, toSize: lastSize },
        count: checkpoints,
      });
    }
    if (unfiled > 0) {
      findings.add({
        code: "CHECKPOINT_UNTRUSTED",
        message: `${unfiled} more checkpoints have ever new sets of signers and were not judged.`,
        count: unfiled,
      });
    }
    return lastTrustedSize;
  }

  return {
    readEntry(index, body, line) {
      // In canonical JSON there is one way to write it, so hardly any entry is parsed.
      if (!body.includes('"action":"log.key.')) return;
      const { action, details } = JSON.parse(body) as KeyEntryBody;
      if (action !== keyActions.add && action !== keyActions.retire) return;
      const key = learnText(details?.vkey, false);
      if (key === undefined) {
        findings.add({
          code: "KEY_ENTRY_UNUSABLE",
          message: `Entry ${index} (${action}) names no verifier key, or one beyond the ${maxKeys} that are read.`,
          line,
          index,
        });
      } else if (action === keyActions.add) {
        key.addedByEntry ??= index;
        named.add(key);
      } else {
        retired.set(key, retired.get(key) ?? index);
      }
    },
    readCheckpoint(checkpoint, line, isEarned) {
      const { signers, timeSeconds } = signersOf(checkpoint, line);
      file(signers, checkpoint.size);
      if (isEarned) {
        for (const key of named) underCheckpoint.add(key);
        for (const key of underCheckpoint) for (const signer of signers) key.endorsers.add(signer);
        for (const [key, index] of retired) {
          key.retiredByEntry ??= index;
          key.lastAllowedSize ??= checkpoint.size;
        }
      }
      // What the tree does not bear out neither vouches for a key nor retires one.
      named.clear();
      retired.clear();
      return { timeSeconds };
    },
    keys: () => [...known.values()].map(({ key }) => key),
    finish() {
      const counting = countingKeys();
      const lastTrustedSize = reportUntrusted(counting);
      const keys = [...known.values()].map((key) => ({
        vkey: key.key.text,
        isPinned: key.isPinned,
        counts: counting.has(key),
        addedByEntry: key.addedByEntry ?? null,
        retiredByEntry: key.retiredByEntry ?? null,
        checkpoints: key.checkpoints,
        firstSize: key.firstSize ?? null,
        lastSize: key.lastSize ?? null,
      }));
      return { keys, lastTrustedSize };
    },
  };
}

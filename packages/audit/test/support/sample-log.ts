/** A small log as a server keeps it, whose export a test can take apart and put together again. */
import {
  type AuditEntry,
  appendLeaves,
  type EncodedEntry,
  emptyFrontier,
  encodeEntry,
  type Frontier,
  formatCheckpointLine,
  formatEndLine,
  formatEntryLine,
  formatHeaderLine,
  generateSigningKey,
  keyActions,
  type NoteSigner,
  rootOf,
  signCheckpoint,
  type VerifyOptions,
  type VerifyReport,
  verifyExport,
} from "@berth/audit";

export const origin = "example.com/berth";
/** The instant of the first entry. */
export const startMs = Date.parse("2026-11-22T08:00:00.000Z");
export const verifyNowMs = startMs + 86_400_000;

export function sampleEntry(index: number, fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    v: 1,
    at: new Date(startMs + index * 1_000).toISOString(),
    action: "grant.revoke",
    organizationId: "org-1",
    actor: { kind: "person", id: `person-${index % 3}`, by: "session" },
    target: { kind: "installation", id: `installation-${index}` },
    // Every other one has an escape, which the quick look leaves to the close one.
    details: { permission: "network", note: index % 2 === 0 ? '"ünïcode"' : "ünïcode" },
    salt: `salt-of-entry-${String(index).padStart(10, "0")}`,
    ...fields,
  };
}

export function keyEntry(index: number, action: string, signer: NoteSigner): AuditEntry {
  return sampleEntry(index, { action, details: { vkey: signer.key.text } });
}

export interface LogCheckpoint {
  readonly note: string;
  readonly frontier: Frontier;
}

export interface SampleLog {
  readonly signer: NoteSigner;
  readonly entries: EncodedEntry[];
  readonly checkpoints: LogCheckpoint[];
  append(...entries: readonly AuditEntry[]): void;
  /** Appends ordinary entries up to `size`. */
  growTo(size: number): void;
  /** Signs what there is; its time is the last entry's. */
  sign(...signers: readonly NoteSigner[]): Promise<LogCheckpoint>;
  /** The lines of the export, each with its newline. */
  lines(vkeys?: readonly string[]): string[];
}

export function createSampleLog(signer = generateSigningKey(origin).signer): SampleLog {
  const entries: EncodedEntry[] = [];
  const checkpoints: LogCheckpoint[] = [];
  let frontier = emptyFrontier;
  const append = (...added: readonly AuditEntry[]) => {
    const encoded = added.map(encodeEntry);
    entries.push(...encoded);
    ({ frontier } = appendLeaves(
      frontier,
      encoded.map(({ leafHash }) => leafHash),
    ));
  };
  return {
    signer,
    entries,
    checkpoints,
    append,
    growTo(size) {
      for (let index = entries.length; index < size; index += 1) append(sampleEntry(index));
    },
    async sign(...signers) {
      const note = await signCheckpoint({
        origin,
        size: frontier.size,
        root: rootOf(frontier),
        signers: signers.length > 0 ? signers : [signer],
        nowMs: startMs + frontier.size * 1_000,
      });
      const checkpoint = { note, frontier };
      checkpoints.push(checkpoint);
      return checkpoint;
    },
    lines(vkeys = [signer.key.text]) {
      const lines = [formatHeaderLine({ origin, vkeys })];
      const due = [...checkpoints];
      for (let index = 0; index <= entries.length; index += 1) {
        while (due[0]?.frontier.size === index) {
          const checkpoint = due.shift();
          if (checkpoint !== undefined) lines.push(formatCheckpointLine(checkpoint));
        }
        const entry = entries[index];
        if (entry !== undefined) lines.push(formatEntryLine({ index, ...entry }));
      }
      return [...lines, formatEndLine(entries.length)];
    },
  };
}

/** A log of 40 entries, the first of which names its key, with checkpoints of 10, 23 and 40. */
export async function createCheckedLog(signer?: NoteSigner): Promise<SampleLog> {
  const log = createSampleLog(signer);
  log.append(keyEntry(0, keyActions.add, log.signer));
  for (const size of [10, 23, 40]) {
    log.growTo(size);
    await log.sign();
  }
  return log;
}

export async function* chunksOf(
  lines: readonly string[],
  chunkBytes = 4_096,
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(lines.join(""));
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export function verifyLines(
  lines: readonly string[],
  options: Partial<VerifyOptions> = {},
): Promise<VerifyReport> {
  return verifyExport(chunksOf(lines), { nowMs: verifyNowMs, ...options });
}

/** The errors of a report in short: code, index, stretch. */
export function errorsOf({ findings }: VerifyReport): readonly unknown[] {
  return findings
    .filter(({ severity }) => severity === "error")
    .map(({ between, code, index }) => ({
      code,
      index,
      ...(between === null ? {} : { from: between.fromSize, to: between.toSize }),
    }));
}

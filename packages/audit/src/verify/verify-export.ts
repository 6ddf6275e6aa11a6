/**
 * Verifies an export with nothing but the file and what the verifier brings: no server, no database.
 *
 * Trust: the file is a stranger's, perhaps made by whoever rewrote the log. Keys, anchors and witnesses come from
 * the verifier and are believed. Memory is bounded by one line, the held entries and the anchors, whatever the file.
 */

import { type HeaderLine, parseExportLine } from "../export/parse-line.ts";
import { createLineSplitter, type RawLine } from "../export/split-lines.ts";
import type { VerifierKey } from "../note/verifier-key.ts";
import { type AnchoredCheckpoint, createAnchors } from "./anchors.ts";
import { createFindings, type Findings } from "./findings.ts";
import { createKeyRing } from "./key-ring.ts";
import { createLogReader, type LogReader } from "./log-reader.ts";
import type { VerifyReport } from "./report.ts";
import { createWitnesses } from "./witnesses.ts";

export interface VerifyLimits {
  readonly maxLineBytes: number;
  /** Findings listed; the rest is counted. */
  readonly maxFindings: number;
  /** Entries that wait for an earlier one. */
  readonly maxHeldEntries: number;
}

export const defaultVerifyLimits: VerifyLimits = Object.freeze({
  maxLineBytes: 131_072,
  maxFindings: 200,
  maxHeldEntries: 10_000,
});

export interface VerifyProgress {
  readonly bytes: number;
  readonly entries: number;
}

export interface VerifyOptions {
  /** The log's keys as the verifier knows them from elsewhere. Without any, the export's own are taken. */
  readonly pinnedKeys?: readonly VerifierKey[];
  /** Checkpoints kept elsewhere. */
  readonly anchors?: readonly AnchoredCheckpoint[];
  /** Each must have cosigned a checkpoint that covers every entry. */
  readonly witnessKeys?: readonly VerifierKey[];
  /** The log that it must be. */
  readonly origin?: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly signal?: AbortSignal;
  /** Called once a chunk. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly limits?: Partial<VerifyLimits>;
}

/** What follows the header. */
interface Session {
  readonly header: HeaderLine;
  readonly reader: LogReader;
  finish(claimedSize: number | undefined): VerifyReport;
}

function openSession(header: HeaderLine, findings: Findings, options: VerifyOptions): Session {
  const { maxHeldEntries } = { ...defaultVerifyLimits, ...options.limits };
  const pinned = options.pinnedKeys ?? [];
  const startSize = header.start?.size ?? 0;
  const keyRing = createKeyRing({ findings, pinned, listed: header.vkeys });
  const witnesses = createWitnesses(options.witnessKeys ?? [], findings);
  const anchors = createAnchors({
    findings,
    anchors: options.anchors ?? [],
    origin: header.origin,
    startSize,
    onMatched: witnesses.read,
  });
  const nowMs = options.nowMs;
  const reader = createLogReader({
    ...{ header, findings, keyRing, anchors, witnesses, nowMs },
    maxHeld: maxHeldEntries,
  });
  return {
    header,
    reader,
    finish(claimedSize) {
      const totals = reader.finish(claimedSize);
      const { keys, lastTrustedSize } = keyRing.finish();
      const anchorReport = anchors.finish(totals.size, keyRing.keys());
      const witnessReports = witnesses.finish(totals.size);
      const anchoredSize = anchorReport.lastMatchedSize;
      if (pinned.length === 0) warnOfTrust(findings, anchoredSize, totals.size);
      const isAnchored = anchoredSize !== null;
      return {
        isIntact: findings.errors === 0,
        trust: pinned.length > 0 ? "pinned" : isAnchored ? "anchored" : "self",
        origin: header.origin,
        startSize,
        ...totals,
        lastTrustedSize,
        keys,
        witnesses: witnessReports,
        anchors: anchorReport,
        findings: findings.list,
        omittedFindings: findings.omitted,
      };
    },
  };
}

function warnOfTrust(findings: Findings, anchoredSize: number | null, size: number): void {
  if (anchoredSize === size) return;
  const part = anchoredSize === null ? "All of it" : `What follows entry ${anchoredSize - 1}`;
  findings.add({
    code: "KEY_NOT_PINNED",
    severity: "warning",
    message: `No key was given. ${part} rests on keys that the export itself names: a log rewritten with another key looks the same.`,
    index: anchoredSize ?? 0,
  });
}

function unrecognized(findings: Findings): VerifyReport {
  return {
    ...{ isIntact: false, trust: "self", origin: null, startSize: 0, size: 0, entries: 0 },
    ...{ droppedBodies: 0, checkpoints: 0, firstCheckpoint: null, lastCheckpoint: null },
    ...{ lastTrustedSize: null, keys: [], witnesses: [] },
    anchors: { given: 0, matched: 0, lastMatchedSize: null, beforeStart: 0, unreached: 0 },
    findings: findings.list,
    omittedFindings: findings.omitted,
  };
}

/**
 * Reads the whole export, recomputes every hash and checks every signature of a known key.
 *
 * @returns one report with all findings; what the file says never makes it throw
 * @throws what reading `source` throws, and the signal's reason when it is aborted
 */
export async function verifyExport(
  source: AsyncIterable<Uint8Array>,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const limits = { ...defaultVerifyLimits, ...options.limits };
  const findings = createFindings(limits.maxFindings);
  let session: Session | undefined;
  let claimedSize: number | undefined;
  let isUnrecognized = false;
  let entries = 0;

  function refuse(line: number, problem: string): void {
    findings.add({ code: "LINE_MALFORMED", message: `Line ${line} ${problem}.`, line });
  }

  function begin(header: HeaderLine | undefined, problem: string | undefined): void {
    if (header !== undefined) {
      session = openSession(header, findings, options);
      checkOrigin(header.origin, options.origin, findings);
      return;
    }
    isUnrecognized = true;
    findings.add({
      code: "EXPORT_UNRECOGNIZED",
      message: `The first line is no header of a Berth audit export: it ${problem ?? "is another line of one"}.`,
      line: 1,
    });
  }

  function readLine(raw: RawLine): void {
    if (isUnrecognized) return;
    const { number } = raw;
    const { line, problem } =
      "problem" in raw ? { line: undefined, problem: raw.problem } : parseExportLine(raw.text);
    if (session === undefined) begin(line?.type === "header" ? line : undefined, problem);
    if (problem !== undefined && !isUnrecognized) refuse(number, problem);
    if (line === undefined || session === undefined || number === 1) return;
    if (claimedSize !== undefined) refuse(number, "stands after the end line");
    else if (line.type === "entry") {
      entries += 1;
      session.reader.readEntry(line, number);
    } else if (line.type === "checkpoint") session.reader.readCheckpoint(line, number);
    else if (line.type === "end") claimedSize = line.size;
    else refuse(number, "is a second header");
  }

  const splitter = createLineSplitter(limits.maxLineBytes, readLine);
  let bytes = 0;
  for await (const chunk of source) {
    options.signal?.throwIfAborted();
    splitter.push(chunk);
    bytes += chunk.byteLength;
    options.onProgress?.({ bytes, entries });
    if (isUnrecognized) break;
  }
  splitter.end();
  if (session === undefined && !isUnrecognized) begin(undefined, "is missing");
  // Assigned in a callback, which the compiler does not follow.
  const opened = session as Session | undefined;
  return opened?.finish(claimedSize) ?? unrecognized(findings);
}

function checkOrigin(actual: string, expected: string | undefined, findings: Findings): void {
  if (expected === undefined || actual === expected) return;
  findings.add({
    code: "ORIGIN_DIFFERS",
    message: `The export is of the log ${actual}, not of ${expected}.`,
    line: 1,
  });
}

import type { AnchorReport } from "./anchors.ts";
import type { Finding } from "./findings.ts";
import type { KeyReport } from "./key-ring.ts";

/** A checkpoint as the report names it. */
export interface CheckpointMark {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** When it was signed, in seconds since 1970; null when no known key signed with the time. */
  readonly timeSeconds: number | null;
}

export interface WitnessReport {
  readonly vkey: string;
  /** How many checkpoints, of the export and of the anchors, it cosigned. */
  readonly checkpoints: number;
  readonly lastSize: number | null;
  readonly lastTimeSeconds: number | null;
}

export interface VerifyReport {
  /** No finding that is an error. */
  readonly isIntact: boolean;
  /**
   * On what the answer rests: a key that the verifier brought; checkpoints that the verifier brought; or on
   * nothing but what the export says of itself, which a rewritten log says just as well.
   */
  readonly trust: "pinned" | "anchored" | "self";
  /** Null when the file is no export. */
  readonly origin: string | null;
  /** Entries before it are not in the export. */
  readonly startSize: number;
  /** How many entries the log has, by the export. */
  readonly size: number;
  readonly entries: number;
  /** Of them without body. */
  readonly droppedBodies: number;
  readonly checkpoints: number;
  readonly firstCheckpoint: CheckpointMark | null;
  readonly lastCheckpoint: CheckpointMark | null;
  /** The largest checkpoint that a counting key signed. */
  readonly lastTrustedSize: number | null;
  readonly keys: readonly KeyReport[];
  readonly witnesses: readonly WitnessReport[];
  readonly anchors: AnchorReport;
  readonly findings: readonly Finding[];
  /** Findings beyond those listed. */
  readonly omittedFindings: number;
}

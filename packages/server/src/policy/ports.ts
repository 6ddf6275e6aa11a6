/** What the policy asks of others. */
import type { AccessFacts, AccessRequest, DataClass } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Purpose } from "./decide.ts";

/** The person on whose behalf an app acts, as far as conditions and policies ask. */
export interface Subject {
  readonly personId: string;
  /** Default: a person. */
  readonly kind?: "person" | "service";
  /** By their role in the installation's organization. */
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** The network address that the request came from; null when unknown. */
  readonly address: string | null;
  /** When they last proved a second factor, in milliseconds since 1970; null: never in this session. */
  readonly secondFactorAt: number | null;
}

export interface PolicyQuestion {
  readonly live: LiveInstallation;
  readonly purpose: Purpose;
  readonly requestId: string | null;
  /** Null when the app acts as the installation itself. */
  readonly subject: Subject | null;
  /** Of what is reached, as the capability declares it; left out where nobody does. */
  readonly dataClass?: DataClass;
  /** Whether what has begun may go on: neither counted as a use nor recorded as a decision. */
  readonly isRecheck?: boolean;
}

export interface Forbidding {
  /** The policy's own name, for whoever asks why. */
  readonly policy: string;
  readonly scope: "organization" | "operator";
  /** What its author says of it. */
  readonly reason: string | null;
}

/** Policies that can only forbid. */
export interface Forbids {
  /**
   * The first that forbids what a grant allows; undefined when none does. Never throws.
   *
   * @param facts - what the grants' conditions were held against: the same moment for both
   */
  find(question: PolicyQuestion, access: AccessRequest, facts: AccessFacts): Forbidding | undefined;
  /** What each says, for whoever asks why. */
  explain?(
    question: PolicyQuestion,
    access: AccessRequest,
    facts: AccessFacts,
  ): readonly PolicyOutcome[];
}

export interface PolicyOutcome extends Forbidding {
  /**
   * `other-action`, `out-of-scope`: it is not about this; `holds-not`: its conditions do not hold;
   * `fails`: they could not be evaluated, which forbids.
   */
  readonly outcome: "other-action" | "out-of-scope" | "holds-not" | "forbids" | "fails";
}

/** Whether this node may believe its memory of who may do what. */
export interface PolicyLease {
  isHeld(): boolean;
  /** Undefined while it is held; else settles when it is again, or after `waitMs`, held or not. */
  regained(waitMs: number): Promise<void> | undefined;
}

/** A decision, for the record. */
export interface DecidedAccess {
  readonly question: PolicyQuestion;
  readonly access: AccessRequest;
  readonly isAllowed: boolean;
  /** The grant's id, or `lease`, `state`, `grants`, or `policy:<name>`. */
  readonly decidedBy: string;
}

/** Where decisions are recorded before the call is answered. */
export interface DecisionRecord {
  /** Not called for installations whose manifest says `auditLogging: false`. */
  note(decision: DecidedAccess): void;
}

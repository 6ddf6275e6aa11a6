/**
 * One app instance's grants: decided at each use, changeable while it runs, and taken back at once
 * from the calls that are under way. Every attempt is recorded, allowed or not.
 *
 * A courtesy to the user, not the authority: a Berth server decides again on its side.
 * Invariant: what a revoked or expired grant allowed ends before `revoke` returns.
 */
import {
  type AccessFacts,
  type AccessRequest,
  BerthError,
  type DataClass,
  type Decision,
  evaluate,
  type Grant,
  type PermissionAnswer,
  type PermissionAsk,
  parseGrantConditions,
} from "@berth/protocol";
import { type Clock, systemClock } from "../clock.ts";
import { createEmitter } from "../emitter.ts";
import { createLazy, type Lazy } from "../lazy.ts";
import {
  type Capability,
  createCapability,
  orAborted,
  type PermittedWork,
  type RevocableCapability,
} from "./capability.ts";
import { deniedBy, expired, unknownGrant } from "./denials.ts";
import { createGrantUses, type GrantUses } from "./grant-uses.ts";
import type { PermissionRequests, PromptOptions } from "./permission-requests.ts";

export interface AccessAttempt {
  readonly at: number;
  readonly request: AccessRequest;
  readonly decision: Decision;
}

/** On whose behalf the app acts, for conditions about a person. */
export interface AccessSubject
  extends Pick<
    AccessFacts,
    "person" | "roles" | "groups" | "organization" | "isAddressIn" | "secondFactorAt"
  > {}

export interface PermissionManagerOptions {
  readonly grants?: readonly Grant[];
  readonly clock?: Clock;
  /** How many attempts are kept; the oldest go first. Default 1,000. */
  readonly maxAttempts?: number;
  /** Asked at each use. What it leaves out is not known, and conditions about it refuse. */
  readonly subject?: () => AccessSubject;
  /** How delicate what is being reached is; undefined where that is not known. */
  readonly dataClassOf?: (request: AccessRequest) => DataClass | undefined;
  /** How the view may ask for more. Default: whatever it asks for is denied. */
  readonly prompt?: PromptOptions;
}

/** Timers hold no longer time; the next one goes on from there. */
const maxTimerMs = 2_147_483_647;

export class PermissionManager {
  readonly #options: PermissionManagerOptions;
  readonly #clock: Clock;
  readonly #maxAttempts: number;
  readonly #emitter = createEmitter<{ change: undefined; attempt: AccessAttempt }>();
  readonly #uses: GrantUses;
  readonly #requests: Lazy<PermissionRequests>;
  readonly #capabilities = new Map<string, RevocableCapability>();
  /** Expired ones too, so that a refusal can say so. */
  #grants: readonly Grant[];
  #inForce: readonly Grant[] = [];
  #attempts: AccessAttempt[] = [];
  #counts = { allowed: 0, denied: 0 };
  #revision = 0;
  #cancelExpiry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: PermissionManagerOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxAttempts = options.maxAttempts ?? 1000;
    this.#grants = [...(options.grants ?? [])];
    this.#uses = createGrantUses(this.#clock);
    // Fetched with the first request: most views make none.
    this.#requests = createLazy(async () => {
      const { createPermissionRequests } = await import("./permission-requests.ts");
      return createPermissionRequests({
        ...options.prompt,
        clock: this.#clock,
        grants: () => this.#inForce,
        grant: (grant) => this.grant(grant),
      });
    });
    this.#settle();
  }

  /** The grants in force, in the order in which they are tried. */
  get grants(): readonly Grant[] {
    return this.#inForce;
  }

  /** Grows with every change of the grants in force. */
  get revision(): number {
    return this.#revision;
  }

  /** The latest attempts, oldest first. */
  get attempts(): readonly AccessAttempt[] {
    return this.#attempts;
  }

  /** Attempts since the beginning, beyond those that are kept. */
  get counts(): Readonly<{ allowed: number; denied: number }> {
    return this.#counts;
  }

  /** Decides and records one access; it counts as a use when it is allowed. */
  evaluate(request: AccessRequest): Decision {
    return this.#decide(this.#grants, request);
  }

  /** Whether an access would be allowed now: neither recorded nor counted as a use. */
  allows(request: AccessRequest): boolean {
    return evaluate(this.#grants, request, this.#facts(request)).isAllowed;
  }

  /** @throws BerthError PERMISSION_DENIED; RATE_LIMITED by the condition `rate`, `retryAfterMs` */
  require(request: AccessRequest): void {
    this.#demand(this.#grants, request);
  }

  /**
   * Does work that needs every one of the accesses. When a grant that decided one is taken back or
   * expires, its signal aborts and this rejects at once.
   *
   * @throws BerthError as `require`, the signal's reason, and what the work throws
   */
  async run<Result>(
    requests: AccessRequest | readonly AccessRequest[],
    work: PermittedWork<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const list = "type" in requests ? [requests] : requests;
    const decided = new Set(list.map((request) => this.#demand(this.#grants, request)));
    // A listener that heard of the attempt may have taken the grant back already.
    const signals = [...decided].map((id) => this.capability(id).signal);
    return await orAborted(work, signal ? [...signals, signal] : signals);
  }

  /**
   * The one object that stands for a grant in force.
   *
   * @throws BerthError PERMISSION_DENIED when there is none of that id
   */
  capability(grantId: string): Capability {
    if (this.#inForce.some(({ id }) => id === grantId)) return this.#capabilityOf(grantId);
    throw unknownGrant(grantId);
  }

  /**
   * Adds a grant, or replaces the one of the same id, whose calls under way end. In force from the
   * next use.
   *
   * @throws BerthError REQUEST_INVALID for conditions that are not well formed
   */
  grant(grant: Grant): void {
    if (grant.conditions !== undefined) parseGrantConditions(grant.conditions);
    this.#end(grant.id, `The grant ${grant.id} was replaced while the app used it.`);
    this.#grants = [...this.#grants.filter(({ id }) => id !== grant.id), grant];
    this.#settle();
    this.#changed();
  }

  /**
   * Takes a grant back; false when there was none of that id. Its capability throws from now on,
   * and the calls that it allowed end with PERMISSION_DENIED.
   */
  revoke(grantId: string): boolean {
    const left = this.#grants.filter(({ id }) => id !== grantId);
    if (left.length === this.#grants.length) return false;
    this.#grants = left;
    this.#uses.forget(grantId);
    // Without a request so far, none of the grants came of a prompt.
    this.#requests.current?.revoked(grantId);
    this.#settle();
    this.#end(grantId, `The grant ${grantId} was taken back while the app used it.`);
    this.#changed();
    return true;
  }

  /**
   * The view asks the person for an optional permission of its manifest; see PromptOptions.
   *
   * @throws BerthError PERMISSION_DENIED for what the manifest does not offer, RATE_LIMITED
   */
  async requestPermission(ask: PermissionAsk, signal?: AbortSignal): Promise<PermissionAnswer> {
    return (await this.#requests.get()).ask(ask, signal);
  }

  /** Calls back after each grant, revocation and expiry; returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    return this.#emitter.on("change", listener);
  }

  /** Calls back at each attempt, allowed or not; returns the unsubscriber. */
  onAttempt(listener: (attempt: AccessAttempt) => void): () => void {
    return this.#emitter.on("attempt", listener);
  }

  /** Lets go of its timer and its listeners. Idempotent; it still decides. */
  close(): void {
    this.#isClosed = true;
    this.#cancelExpiry?.();
    this.#emitter.clear();
  }

  #decide(grants: readonly Grant[], request: AccessRequest): Decision {
    const decision = evaluate(grants, request, this.#facts(request));
    if (decision.isAllowed) {
      const rate = this.#find(decision.grantId)?.conditions?.rate;
      if (rate !== undefined) this.#uses.add(decision.grantId);
    }
    const attempt = { at: this.#clock.now(), request, decision };
    this.#attempts.push(attempt);
    if (this.#attempts.length > this.#maxAttempts) this.#attempts = this.#attempts.slice(1);
    this.#counts = {
      allowed: this.#counts.allowed + (decision.isAllowed ? 1 : 0),
      denied: this.#counts.denied + (decision.isAllowed ? 0 : 1),
    };
    this.#emitter.emit("attempt", attempt);
    return decision;
  }

  /** @returns the id of the grant that allows it */
  #demand(grants: readonly Grant[], request: AccessRequest): string {
    const decision = this.#decide(grants, request);
    if (decision.isAllowed) return decision.grantId;
    const rate =
      decision.reason === "condition" && decision.condition === "rate"
        ? this.#find(decision.grantId)?.conditions?.rate
        : undefined;
    const waitMs =
      rate === undefined || decision.reason !== "condition"
        ? undefined
        : this.#uses.waitMs(decision.grantId, rate.maxCalls, rate.windowMs);
    throw deniedBy(decision, request, waitMs);
  }

  #facts(request: AccessRequest): AccessFacts {
    const known = {
      now: this.#clock.now(),
      usesWithin: (grantId: string, windowMs: number) => this.#uses.count(grantId, windowMs),
    };
    try {
      const dataClass = this.#options.dataClassOf?.(request);
      return {
        ...this.#options.subject?.(),
        ...known,
        ...(dataClass === undefined ? {} : { dataClass }),
      };
    } catch (error) {
      // Without the host's word nothing is known of the person or the data: conditions refuse.
      globalThis.reportError?.(error);
      return known;
    }
  }

  #find(grantId: string): Grant | undefined {
    return this.#grants.find(({ id }) => id === grantId);
  }

  #capabilityOf(grantId: string): RevocableCapability {
    const known = this.#capabilities.get(grantId);
    if (known !== undefined) return known;
    const made = createCapability(grantId, (request) => {
      const grant = this.#find(grantId);
      this.#demand(grant === undefined ? [] : [grant], request);
    });
    this.#capabilities.set(grantId, made);
    return made;
  }

  #end(grantId: string, why: string): void {
    const capability = this.#capabilities.get(grantId);
    this.#capabilities.delete(grantId);
    capability?.revoke(new BerthError("PERMISSION_DENIED", why, { details: { grantId } }));
  }

  /** What is in force now, and when that changes by itself. */
  #settle(): void {
    const now = this.#clock.now();
    const isInForce = ({ expiresAt }: Grant) => expiresAt === undefined || now < expiresAt;
    this.#inForce = Object.freeze(this.#grants.filter(isInForce));
    this.#revision += 1;
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    const next = Math.min(...this.#inForce.map(({ expiresAt }) => expiresAt ?? Infinity));
    if (this.#isClosed || !Number.isFinite(next)) return;
    this.#cancelExpiry = this.#clock.after(Math.min(next - now, maxTimerMs), () => this.#expire());
  }

  #expire(): void {
    const before = this.#inForce;
    this.#settle();
    const gone = before.filter((grant) => !this.#inForce.includes(grant));
    for (const { id } of gone) this.#end(id, expired(id));
    if (gone.length > 0) this.#changed();
  }

  #changed(): void {
    this.#emitter.emit("change", undefined);
  }
}

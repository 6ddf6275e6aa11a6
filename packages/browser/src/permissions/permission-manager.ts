/**
 * One app instance's grants, decided at each use and changeable while it runs. Every attempt is
 * recorded, allowed or not.
 *
 * A courtesy to the user, not the authority: a Berth server decides again on its side.
 */
import {
  type AccessRequest,
  BerthError,
  type Decision,
  evaluate,
  type Grant,
} from "@berth/protocol";
import { type Clock, systemClock } from "../clock.ts";

export interface AccessAttempt {
  readonly at: number;
  readonly request: AccessRequest;
  readonly decision: Decision;
}

export interface PermissionManagerOptions {
  readonly grants?: readonly Grant[];
  readonly clock?: Clock;
  /** How many attempts are kept; the oldest go first. Default 1,000. */
  readonly maxAttempts?: number;
}

export class PermissionManager {
  readonly #clock: Clock;
  readonly #maxAttempts: number;
  readonly #listeners = new Set<() => void>();
  #grants: readonly Grant[];
  #attempts: AccessAttempt[] = [];
  #counts = { allowed: 0, denied: 0 };

  constructor(options: PermissionManagerOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#maxAttempts = options.maxAttempts ?? 1000;
    this.#grants = Object.freeze([...(options.grants ?? [])]);
  }

  /** The grants in force, in the order in which they are tried. */
  get grants(): readonly Grant[] {
    return this.#grants;
  }

  /** The latest attempts, oldest first. */
  get attempts(): readonly AccessAttempt[] {
    return this.#attempts;
  }

  /** Attempts since the beginning, beyond those that are kept. */
  get counts(): Readonly<{ allowed: number; denied: number }> {
    return this.#counts;
  }

  /** Decides and records one access. */
  evaluate(request: AccessRequest): Decision {
    const decision = evaluate(this.#grants, request);
    this.#attempts.push({ at: this.#clock.now(), request, decision });
    if (this.#attempts.length > this.#maxAttempts) this.#attempts = this.#attempts.slice(1);
    this.#counts = {
      allowed: this.#counts.allowed + (decision.isAllowed ? 1 : 0),
      denied: this.#counts.denied + (decision.isAllowed ? 0 : 1),
    };
    return decision;
  }

  /** @throws BerthError PERMISSION_DENIED */
  require(request: AccessRequest): void {
    if (this.evaluate(request).isAllowed) return;
    throw new BerthError(
      "PERMISSION_DENIED",
      `The app has no grant for ${request.type} ${request.resource} (${request.action}); its manifest must ask for it, and an admin must consent.`,
      { details: { ...request } },
    );
  }

  /** Adds a grant, or replaces the one of the same id. In force from the next use. */
  grant(grant: Grant): void {
    this.#grants = Object.freeze([...this.#grants.filter(({ id }) => id !== grant.id), grant]);
    this.#changed();
  }

  /** Takes a grant back; false when there was none of that id. In force from the next use. */
  revoke(grantId: string): boolean {
    const left = this.#grants.filter(({ id }) => id !== grantId);
    if (left.length === this.#grants.length) return false;
    this.#grants = Object.freeze(left);
    this.#changed();
    return true;
  }

  /** Calls back after each grant and revocation; returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

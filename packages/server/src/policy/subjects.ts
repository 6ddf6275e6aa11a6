/**
 * Who people are in their organizations, in memory: what conditions and policies ask at each call.
 *
 * Owns what was read and when. Whoever changes a membership, a role or a group here tells it by
 * `invalidate`, and the next call sees it; what another process changed is seen after a minute at
 * most, as what is older is read anew while it still serves, and never after a view token's life.
 * Invariant: what was read before a change is never kept after it.
 */
import { viewTokenSeconds } from "@berth/protocol";
import type { Ground } from "../storage/ground.ts";

/** What somebody is in an organization. */
export interface Standing {
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

export interface SubjectSource {
  /** From memory: null for who is no member, undefined where it is not known. */
  find(organizationId: string, personId: string): Standing | null | undefined;
  /** Null for who is no member. */
  load(organizationId: string, personId: string): Promise<Standing | null>;
  /** Somebody has this one role, as before or newly. */
  noteRole(organizationId: string, personId: string, role: string): void;
  /** Somebody's membership, role or groups changed, or those of many. */
  invalidate(organizationId: string, personId?: string): void;
  /** The same of everybody. */
  invalidateAll(): void;
  /** Called after something was forgotten; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

export interface SubjectSourceOptions {
  readonly read: (organizationId: string, personId: string) => Promise<Standing | null>;
  readonly ground: Pick<Ground, "clock" | "logger">;
  /** Default 20,000. */
  readonly maxKept?: number;
}

interface Kept {
  readonly standing: Standing | null;
  readonly readAt: number;
}

const freshMs = 60_000;
const usableMs = viewTokenSeconds * 1_000;

export function createSubjectSource(options: SubjectSourceOptions): SubjectSource {
  const { read, ground, maxKept = 20_000 } = options;
  const { clock, logger } = ground;
  const kept = new Map<string, Kept>();
  const reading = new Map<string, Promise<Standing | null>>();
  const listeners = new Set<() => void>();
  const keyOf = (organizationId: string, personId: string) => `${organizationId} ${personId}`;

  function load(organizationId: string, personId: string): Promise<Standing | null> {
    const key = keyOf(organizationId, personId);
    const running = reading.get(key);
    if (running !== undefined) return running;
    const readAt = clock.now();
    const started: Promise<Standing | null> = read(organizationId, personId).then(
      (standing) => {
        // Changed meanwhile: the answer serves who asked before, and is not kept.
        if (reading.get(key) !== started) return standing;
        reading.delete(key);
        kept.delete(key);
        kept.set(key, { standing, readAt });
        const oldest = kept.keys().next().value;
        if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
        return standing;
      },
      (error: unknown) => {
        if (reading.get(key) === started) reading.delete(key);
        throw error;
      },
    );
    reading.set(key, started);
    return started;
  }

  function invalidate(organizationId: string, personId?: string): void {
    for (const held of [kept, reading]) {
      if (personId !== undefined) held.delete(keyOf(organizationId, personId));
      else
        for (const key of held.keys()) if (key.startsWith(`${organizationId} `)) held.delete(key);
    }
    tell();
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  return {
    load,
    find(organizationId, personId) {
      const entry = kept.get(keyOf(organizationId, personId));
      if (entry === undefined) return undefined;
      const ageMs = clock.now() - entry.readAt;
      // A clock that was set back says nothing of its age.
      if (ageMs < 0 || ageMs >= usableMs) return undefined;
      if (ageMs >= freshMs) {
        load(organizationId, personId).catch((error: unknown) => {
          logger.warn({ err: error }, "A person's roles could not be read anew");
        });
      }
      return entry.standing;
    },
    invalidate,
    invalidateAll() {
      kept.clear();
      reading.clear();
      tell();
    },
    noteRole(organizationId, personId, role) {
      const key = keyOf(organizationId, personId);
      const known = kept.get(key);
      // Most come as who they were.
      const isKnown = known === undefined || known.standing?.roles.join() === role;
      if (!isKnown || reading.has(key)) invalidate(organizationId, personId);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What people answered to prompts, for as long as the page: an app unloaded and loaded again does not ask anew. */
import type { PermissionAnswer } from "@berth/protocol";

export interface PermissionMemory {
  get(key: string): PermissionAnswer | undefined;
  set(key: string, answer: PermissionAnswer): void;
}

const maxAnswers = 1_000;

/** Bounded: the oldest answers go first, and are then asked for again. */
export function createPermissionMemory(): PermissionMemory {
  const answers = new Map<string, PermissionAnswer>();
  return {
    get: (key) => answers.get(key),
    set(key, answer) {
      answers.delete(key);
      answers.set(key, answer);
      const oldest = answers.keys().next().value;
      if (answers.size > maxAnswers && oldest !== undefined) answers.delete(oldest);
    },
  };
}

/** The part of a memory that is one owner's, such as one release of one app in one place. */
export function scopeMemory(memory: PermissionMemory, owner: readonly string[]): PermissionMemory {
  const keyOf = (key: string) => JSON.stringify([...owner, key]);
  return {
    get: (key) => memory.get(keyOf(key)),
    set: (key, answer) => memory.set(keyOf(key), answer),
  };
}

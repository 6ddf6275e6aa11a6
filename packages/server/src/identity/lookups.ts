/** Bounds how many addresses one person may ask about: enough to name colleagues, no list of people. */
import type { Clock } from "../storage/ground.ts";
import { type AttemptBound, createAttempts } from "./attempts.ts";

const perPerson: AttemptBound = { max: 30, windowMs: 3_600_000 };

/** @returns counts a lookup by a person. @throws RATE_LIMITED */
export function createLookups(clock: Clock): (personId: string) => void {
  const attempts = createAttempts(clock);
  return (personId) => attempts.begin({ [`lookup ${personId}`]: perPerson });
}

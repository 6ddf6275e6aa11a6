/** The last calculations, newest first, as one value of the installation's state. */
import { isBerthError, type State } from "@berth/sdk/server";

export interface Calculation {
  readonly id: string;
  readonly expression: string;
  readonly result: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const key = "history";
const maxCalculations = 100;
const maxAttempts = 8;

export async function readHistory(state: State): Promise<readonly Calculation[]> {
  return (await state.get<Calculation[]>(key)) ?? [];
}

/**
 * Adds one in front; the oldest beyond a hundred fall out. Two members who calculate at the same
 * time both get their line: who comes second reads again.
 */
export async function addCalculation(state: State, calculation: Calculation): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await state.getEntry<Calculation[]>(key);
    const next = [calculation, ...(before?.value ?? [])].slice(0, maxCalculations);
    try {
      await state.compareAndSet(key, next, before?.version ?? null);
      return;
    } catch (error) {
      if (!isBerthError(error, "STATE_CONFLICT") || attempt === maxAttempts) throw error;
    }
  }
}

/** Returns whether there was anything. */
export async function clearHistory(state: State): Promise<boolean> {
  return (await state.delete(key)).existed;
}

/** A figure that says how it is known: nothing is shown as a fact that a browser cannot tell. */

export type ReadingUnit = "MB" | "percent" | "perMinute" | "perSecond";

export type Reading =
  /** Counted in the page itself. */
  | { readonly kind: "measured"; readonly value: number; readonly unit: ReadingUnit }
  /** Concluded from something else that was measured. */
  | {
      readonly kind: "estimated";
      readonly value: number;
      readonly unit: ReadingUnit;
      /** From what, in a few words. */
      readonly basis: string;
    }
  | {
      readonly kind: "unavailable";
      readonly value: null;
      readonly unit: ReadingUnit;
      readonly reason: string;
    };

/** What one app uses now. */
export interface ResourceReadings {
  /** MB of its frame and worker together. */
  readonly memory: Reading;
  /** Percent of one core, mean of the last ten seconds. */
  readonly cpu: Reading;
  /** MB that it keeps in the page's stores. */
  readonly storage: Reading;
  /** Requests to others than its own function, in the last minute. */
  readonly network: Reading;
  /** Calls of its function, the platform's API and capabilities in the last minute, refused ones too. */
  readonly apiCalls: Reading;
  /** Messages a second, mean of the last ten seconds; what waits in its queue counts. */
  readonly messages: Reading;
  /** Mutations a second, mean of the last ten seconds. */
  readonly mutations: Reading;
}

export const readingNames = Object.freeze([
  "memory",
  "cpu",
  "storage",
  "network",
  "apiCalls",
  "messages",
  "mutations",
] as const satisfies readonly (keyof ResourceReadings)[]);

export type ReadingName = (typeof readingNames)[number];

export function measured(value: number, unit: ReadingUnit): Reading {
  return { kind: "measured", value, unit };
}

export function estimated(value: number, unit: ReadingUnit, basis: string): Reading {
  return { kind: "estimated", value, unit, basis };
}

export function unavailable(unit: ReadingUnit, reason: string): Reading {
  return { kind: "unavailable", value: null, unit, reason };
}

/** Which installations' functions share a cell: the operator's choice, stated where posture is. */

export const placementKinds = ["dedicated", "organization", "fleet"] as const;

/** From the strictest to the widest. */
export type PlacementKind = (typeof placementKinds)[number];

export interface PlacementPolicy {
  /** For every publisher that is not named below. */
  readonly default: PlacementKind;
  /** Other choices, by publisher. */
  readonly publishers: Readonly<Record<string, PlacementKind>>;
}

export const defaultPlacementPolicy: PlacementPolicy = Object.freeze({
  default: "dedicated",
  publishers: Object.freeze({}),
});

/** What a placement means for isolation, for posture and `berth doctor`. */
export const placementMeanings: Readonly<Record<PlacementKind, string>> = Object.freeze({
  dedicated: "Each installation has cells of its own.",
  organization:
    "Apps of one publisher in one organization share cells: one that ends its cell ends the others' requests there, and only the engine keeps them apart.",
  fleet:
    "Installations of one release share cells across organizations: one organization's use can end the others' requests there, and only the engine keeps their data apart.",
});

export function isPlacementKind(value: unknown): value is PlacementKind {
  return placementKinds.some((kind) => kind === value);
}

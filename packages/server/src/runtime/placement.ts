/**
 * Which installations share a cell, by the operator's policy.
 *
 * The pool lets isolates share a cell only when tenant (the publisher) and placement are equal, so
 * the text made here is what keeps organizations, and releases, apart.
 * Invariant: texts of different kinds never collide, nor do those of different organizations, or
 * installations, or releases.
 */
import {
  BerthError,
  defaultPlacementPolicy,
  isPlacementKind,
  type PlacementKind,
  type PlacementPolicy,
  placementKinds,
} from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";

type Placed = Pick<LiveInstallation, "id" | "app" | "organizationId" | "digest">;

export interface Placement {
  readonly policy: PlacementPolicy;
  kindOf(live: Pick<Placed, "app">): PlacementKind;
  /** Equal for installations that may share a cell. */
  textOf(live: Placed): string;
}

export function publisherOf({ app }: Pick<Placed, "app">): string {
  return app.slice(0, app.indexOf("/"));
}

/** @throws OPTION_INVALID */
export function createPlacement(policy: PlacementPolicy = defaultPlacementPolicy): Placement {
  const publishers = new Map(Object.entries(policy.publishers));
  for (const [where, kind] of [["default", policy.default] as const, ...publishers]) {
    if (isPlacementKind(kind)) continue;
    const expected = placementKinds.join(", ");
    throw new BerthError(
      "OPTION_INVALID",
      `placement of ${where} is ${JSON.stringify(kind)}; expected one of ${expected}.`,
      { details: { option: "placement" } },
    );
  }
  const kindOf: Placement["kindOf"] = (live) => publishers.get(publisherOf(live)) ?? policy.default;
  return {
    policy,
    kindOf,
    textOf(live) {
      const kind = kindOf(live);
      switch (kind) {
        case "dedicated":
          return live.id;
        case "organization":
          return `organization:${live.organizationId}`;
        case "fleet":
          return `fleet:${live.digest}`;
      }
    },
  };
}

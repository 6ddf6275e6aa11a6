/** Who shares a cell, as the posture says it. */
import { defaultPlacementPolicy, type PlacementPolicy, placementMeanings } from "@berth/protocol";
import type { PostureView } from "@berth/protocol/api";

export function viewOfPlacement(
  policy: PlacementPolicy = defaultPlacementPolicy,
): PostureView["placement"] {
  const publishers = Object.entries(policy.publishers).map(([publisher, placement]) => ({
    publisher,
    placement,
  }));
  return { default: policy.default, publishers };
}

/** What is wider than a cell for each installation must be known to whoever answers for it. */
export function noticesOfPlacement(policy: PlacementPolicy = defaultPlacementPolicy): string[] {
  const named = Object.entries(policy.publishers);
  return (["organization", "fleet"] as const).flatMap((kind) => {
    const [these, others] = [
      named.filter(([, placement]) => placement === kind).map(([publisher]) => publisher),
      named.filter(([, placement]) => placement !== kind).map(([publisher]) => publisher),
    ];
    const isDefault = policy.default === kind;
    if (!isDefault && these.length === 0) return [];
    const all =
      others.length === 0 ? "every publisher" : `every publisher but ${others.join(", ")}`;
    const whose = isDefault ? all : `of ${these.join(", ")}`;
    return [
      `Placement ${kind} for apps ${isDefault ? "of " : ""}${whose}. ${placementMeanings[kind]}`,
    ];
  });
}

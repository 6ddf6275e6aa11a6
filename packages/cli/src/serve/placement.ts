/** The operator's choice of who shares a cell: `fleet`, or `organization,acme=fleet`. */
import {
  BerthError,
  isPlacementKind,
  isSlug,
  type PlacementKind,
  type PlacementPolicy,
  placementKinds,
} from "@berth/protocol";

/** @throws BerthError OPTION_INVALID */
export function parsePlacement(text: string): PlacementPolicy {
  const publishers = new Map<string, PlacementKind>();
  let general: PlacementKind | undefined;
  for (const part of text.split(",").map((each) => each.trim())) {
    const at = part.indexOf("=");
    const kind = part.slice(at + 1);
    const publisher = at < 0 ? undefined : part.slice(0, at);
    if (!isPlacementKind(kind)) throw invalid(part);
    if (publisher === undefined) {
      if (general !== undefined) throw invalid(part, "the placement of all others is given twice");
      general = kind;
    } else {
      if (!isSlug(publisher)) throw invalid(part, "that is not a publisher's name");
      if (publishers.has(publisher)) throw invalid(part, "that publisher is given twice");
      publishers.set(publisher, kind);
    }
  }
  return { default: general ?? "dedicated", publishers: Object.fromEntries(publishers) };
}

function invalid(part: string, why?: string): BerthError {
  const expected = `one of ${placementKinds.join(", ")}, or <publisher>=<one of them>`;
  const message = `--placement (BERTH_PLACEMENT) has ${JSON.stringify(part)}; expected ${why === undefined ? expected : `${expected}: ${why}`}.`;
  return new BerthError("OPTION_INVALID", message, { details: { option: "placement" } });
}

/** Divides a budget of the page among its apps. Pure. */

export interface ShareClaim {
  readonly id: string;
  /** Above zero; twice the weight gets twice the share while both ask for more. */
  readonly weight: number;
  /** What it would use; nothing is lost by asking for too little, since what is left over is dealt out. */
  readonly demand: number;
}

/**
 * Weighted max-min fairness: nobody gets more than it asks while another asks for more than it has.
 * What nobody asks for is dealt out by weight as room to grow, so that the shares add up to the
 * budget. (Bertsekas and Gallager, Data Networks, 6.5.2, with weights.)
 */
export function shareOut(
  budget: number,
  claims: readonly ShareClaim[],
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  let left = budget;
  let asking = [...claims].sort((a, b) => a.demand / a.weight - b.demand / b.weight);
  while (asking.length > 0) {
    const perWeight = left / weightOf(asking);
    const [least] = asking;
    if (least === undefined || least.demand > perWeight * least.weight) break;
    shares.set(least.id, least.demand);
    left -= least.demand;
    asking = asking.slice(1);
  }
  // Who asks for more than there is gets what is left; where nobody does, everybody gets room.
  const receivers = asking.length > 0 ? asking : claims;
  const total = weightOf(receivers);
  for (const { id, weight } of receivers)
    shares.set(id, (shares.get(id) ?? 0) + (left * weight) / total);
  return shares;
}

/**
 * The weights of the page's apps: the one in the foreground gets two thirds of what is asked for,
 * the others the rest alike; without one in the foreground all are alike.
 */
export function weightOfApp(isForeground: boolean, otherApps: number): number {
  return isForeground ? 2 * Math.max(1, otherApps) : 1;
}

function weightOf(claims: readonly ShareClaim[]): number {
  return claims.reduce((sum, { weight }) => sum + weight, 0);
}

/** How often each grant was used, and when last. Holds no more grants than the app has. */
import type { Grant } from "@berth/protocol";
import type { GrantFigures } from "./entries.ts";

export interface GrantTally {
  add(grantId: string, at: number): void;
  /** Forgets what is not among these grants. */
  figures(grants: readonly Grant[]): readonly GrantFigures[];
}

export function createGrantTally(): GrantTally {
  let tally = new Map<string, { readonly uses: number; readonly at: number }>();
  return {
    add(grantId, at) {
      tally.set(grantId, { uses: (tally.get(grantId)?.uses ?? 0) + 1, at });
    },
    figures(grants) {
      const kept = grants.flatMap(({ id }) => {
        const found = tally.get(id);
        return found === undefined ? [] : [[id, found] as const];
      });
      tally = new Map(kept);
      return grants.map((grant) => ({
        grant,
        uses: tally.get(grant.id)?.uses ?? 0,
        lastUsedAt: tally.get(grant.id)?.at,
      }));
    },
  };
}

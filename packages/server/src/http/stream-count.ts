/** How many event streams each person follows: each holds a connection, memory and its checks. */
import { BerthError } from "@berth/protocol";

export const maxStreamsOfPerson = 32;

export interface StreamCount {
  /**
   * @param personId - null for who is not signed in; they are counted together
   * @returns what ends it; more than one call does nothing more
   * @throws RATE_LIMITED
   */
  begin(personId: string | null): () => void;
}

export function createStreamCount(max = maxStreamsOfPerson): StreamCount {
  const counts = new Map<string | null, number>();
  return {
    begin(personId) {
      const count = counts.get(personId) ?? 0;
      if (count >= max) {
        throw new BerthError(
          "RATE_LIMITED",
          `You follow ${count} event streams already; end one of them first.`,
        );
      }
      counts.set(personId, count + 1);
      let hasEnded = false;
      return () => {
        if (hasEnded) return;
        hasEnded = true;
        const left = (counts.get(personId) ?? 1) - 1;
        if (left === 0) counts.delete(personId);
        else counts.set(personId, left);
      };
    },
  };
}

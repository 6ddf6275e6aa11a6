/** Request ids: unguessable enough not to be met by chance, cheap enough for every request. */
import type { Ground } from "../storage/ground.ts";

const idBytes = 12;
const poolBytes = idBytes * 256;

export function createRequestIds(ground: Pick<Ground, "random">): () => string {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = Buffer.from(ground.random(poolBytes));
      used = 0;
    }
    used += idBytes;
    return `req-${pool.toString("hex", used - idBytes, used)}`;
  };
}

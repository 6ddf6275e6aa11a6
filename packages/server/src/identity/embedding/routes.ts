/** Handlers of the product's keys and of the exchange of its tokens. */
import type { Handlers, RoutesOf } from "../../http/api.ts";
import type { Ground } from "../../storage/ground.ts";
import type { OpenedIdentity } from "../open-identity.ts";
import { readEmbedToken } from "./read-embed-token.ts";

export interface EmbeddingRouteDeps {
  readonly identity: Pick<OpenedIdentity, "embedKeys" | "embedSessions" | "tellSessionEnd">;
  readonly ground: Pick<Ground, "clock">;
  /** This Berth's own origin, as browsers reach it: the audience of products' tokens. */
  readonly ownOrigin: () => string;
}

export function embeddingHandlers(deps: EmbeddingRouteDeps): Handlers<RoutesOf<"Embedding">> {
  const { embedKeys, embedSessions } = deps.identity;
  return {
    async exchangeEmbedToken({ body }) {
      const claims = await readEmbedToken(body.token, {
        findKey: embedKeys.find,
        audience: deps.ownOrigin(),
        now: deps.ground.clock.now(),
      });
      return embedSessions.open(claims);
    },
    async listEmbedKeys() {
      return { keys: [...(await embedKeys.list())] };
    },
    createEmbedKey: ({ body }) => embedKeys.create(body),
    async deleteEmbedKey({ params }) {
      const sessions = await embedSessions.idsOf(params.key);
      await embedKeys.delete(params.key);
      for (const session of sessions) deps.identity.tellSessionEnd(session);
    },
  };
}

/** Handlers of the product's keys and of the exchange of its tokens. */
import { originOf } from "../../http/actor.ts";
import type { Handlers, RoutesOf } from "../../http/api.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Trail } from "../../trail/trail.ts";
import type { OpenedIdentity } from "../open-identity.ts";
import { readEmbedToken } from "./read-embed-token.ts";

export interface EmbeddingRouteDeps {
  readonly identity: Pick<OpenedIdentity, "embedKeys" | "embedSessions" | "tellSessionEnd">;
  readonly ground: Pick<Ground, "clock">;
  readonly database: Pick<Database, "kysely">;
  readonly trail: Pick<Trail, "record">;
  /** This Berth's own origin, as browsers reach it: the audience of products' tokens. */
  readonly ownOrigin: () => string;
}

export function embeddingHandlers(deps: EmbeddingRouteDeps): Handlers<RoutesOf<"Embedding">> {
  const { embedKeys, embedSessions } = deps.identity;
  return {
    async exchangeEmbedToken({ body }, { address, requestId }) {
      const claims = await readEmbedToken(body.token, {
        findKey: embedKeys.find,
        audience: deps.ownOrigin(),
        now: deps.ground.clock.now(),
      });
      return embedSessions.open(claims, { address, requestId });
    },
    async listEmbedKeys() {
      return { keys: [...(await embedKeys.list())] };
    },
    createEmbedKey: ({ body }, context) => embedKeys.create({ ...body, origin: originOf(context) }),
    async endEmbedKey({ params, body }, context) {
      const endsAt = body.endsAt === null ? null : new Date(body.endsAt);
      const { key, endedSessions } = await deps.database.kysely
        .transaction()
        .execute(async (trx) => {
          await deps.trail.record(trx, {
            ...originOf(context),
            action: "embed-key.end",
            organizationId: null,
            target: { kind: "embed-key", id: params.key },
            details: { endsAt: body.endsAt },
          });
          return embedKeys.end(trx, params.key, endsAt);
        });
      for (const session of endedSessions) deps.identity.tellSessionEnd(session);
      return key;
    },
    async deleteEmbedKey({ params }, context) {
      const sessions = await embedKeys.delete(params.key, originOf(context));
      for (const session of sessions) deps.identity.tellSessionEnd(session);
    },
  };
}

/** The API's handlers of anchors, and of this host as a witness. */
import { originOf } from "../../http/actor.ts";
import type { Handlers } from "../../http/api.ts";
import type { Anchoring } from "../anchoring/anchoring.ts";
import type { LogStore } from "../log-store.ts";
import { readWitnessBody } from "./read-body.ts";
import type { Witness } from "./witness.ts";

type AnchorRouteName =
  | "listAuditAnchors"
  | "getWitness"
  | "addWitnessedKey"
  | "deleteWitnessedKey"
  | "addWitnessCheckpoint";

const isoOf = (at: Date | null) => at?.toISOString() ?? null;

export function anchorHandlers(parts: {
  readonly store: Pick<LogStore, "findCheckpoint">;
  readonly anchoring: Pick<Anchoring, "states">;
  readonly witness: Witness;
}): Handlers<AnchorRouteName> {
  const { anchoring, store, witness } = parts;
  return {
    async listAuditAnchors() {
      const checkpoint = await store.findCheckpoint();
      return {
        size: checkpoint?.size ?? 0,
        anchors: anchoring.states().map((state) => ({
          ...state,
          keptAt: isoOf(state.keptAt),
          since: isoOf(state.since),
        })),
      };
    },
    async getWitness() {
      return { vkey: witness.vkey, url: witness.url(), logs: await witness.logs() };
    },
    addWitnessedKey: ({ body }, context) => witness.addKey(body, originOf(context)),
    async deleteWitnessedKey({ params }, context) {
      await witness.deleteKey(params.witnessedKey, originOf(context));
      return undefined;
    },
    async addWitnessCheckpoint(_input, { request }) {
      const { body, contentType, status } = await witness.answer(await readWitnessBody(request));
      return new Response(body, { status, headers: { "content-type": contentType } });
    },
  };
}

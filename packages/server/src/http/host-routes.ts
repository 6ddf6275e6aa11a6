/** Handlers of the routes about the host itself. */
import { manifestJsonSchema } from "@berth/protocol";
import type { PostureView } from "@berth/protocol/api";
import type { Handlers, RoutesOf } from "./api.ts";

export function hostHandlers(deps: {
  readonly version: string;
  readonly posture: () => Promise<PostureView>;
}): Handlers<RoutesOf<"Host">> {
  const schema = manifestJsonSchema();
  return {
    getHealth: async () => ({ status: "ok", version: deps.version }),
    getPosture: () => deps.posture(),
    getManifestSchema: async () => schema,
  };
}

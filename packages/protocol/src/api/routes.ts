/** Every route of the HTTP API, by operation id. */
import { embeddingRoutes } from "./embedding.ts";
import { hostRoutes, identityRoutes } from "./identity.ts";
import { installationRoutes } from "./installations.ts";
import { registryRoutes } from "./registry.ts";

export const apiPrefix = "/api/v1";

export const apiRoutes = Object.freeze({
  ...hostRoutes,
  ...identityRoutes,
  ...embeddingRoutes,
  ...registryRoutes,
  ...installationRoutes,
});

export type ApiRoutes = typeof apiRoutes;
export type ApiRouteName = keyof ApiRoutes;

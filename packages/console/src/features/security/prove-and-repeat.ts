/** A client whose calls, where the server asks again who is there, are made again once that is proven. */
import type { BerthClient } from "@berth/client";
import { type ApiRouteName, apiRoutes, type RouteDefinition } from "@berth/protocol/api";

/**
 * What asks always is left alone: its pages ask before they show what they make.
 *
 * @param run - does it, and does it again when a proof that was asked for was given
 */
export function proveAndRepeat(
  api: BerthClient,
  run: <Result>(act: () => Promise<Result>) => Promise<Result>,
): BerthClient {
  const asksHere = (name: ApiRouteName) => {
    const definition: RouteDefinition = apiRoutes[name];
    return definition.stepUp === "where-asked";
  };
  return {
    ...api,
    call: (name, ...rest) =>
      asksHere(name) ? run(() => api.call(name, ...rest)) : api.call(name, ...rest),
  };
}

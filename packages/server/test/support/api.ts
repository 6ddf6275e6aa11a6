/** The whole HTTP API over real identity and registry; handlers of other domains are the test's. */
import { type ApiRouteName, apiRoutes } from "@berth/protocol/api";
import type { Handlers, RoutesOf } from "../../src/http/api.ts";
import { type Api, createApi } from "../../src/http/create-api.ts";
import type { EventStreamTimes } from "../../src/http/event-stream.ts";
import { hostHandlers } from "../../src/http/host-routes.ts";
import { embeddingHandlers } from "../../src/identity/embedding/routes.ts";
import { identityHandlers } from "../../src/identity/routes.ts";
import { registryHandlers } from "../../src/registry/routes.ts";
import type { TestServices } from "./services.ts";

export const consoleOrigin = "http://localhost:4600";

type Others = Handlers<RoutesOf<"Installations">>;

/** Handlers that fail unforeseen when they are reached. */
function unreached(): Others {
  const names = Object.entries(apiRoutes)
    .filter(([, { tag }]) => tag === "Installations")
    .map(([name]) => name);
  const fail = async () => {
    throw new Error("a secret of the inside");
  };
  // One function serves all: it never looks at its input and never returns.
  return Object.fromEntries(names.map((name) => [name, fail])) as unknown as Others;
}

export function createTestApi(
  services: TestServices,
  options: {
    readonly handlers?: Partial<Handlers<ApiRouteName>>;
    readonly site?: (request: Request) => Promise<Response | undefined>;
    readonly streamTimes?: Partial<EventStreamTimes>;
  } = {},
): Api {
  const { identity, registry, ground, database } = services;
  return createApi({
    handlers: {
      ...unreached(),
      ...hostHandlers({
        version: "0.0.0-test",
        posture: () => Promise.reject(new Error("not under test")),
      }),
      ...identityHandlers({
        identity,
        database,
        ground,
        publishersOf: registry.publishers.publishersOf,
      }),
      ...embeddingHandlers({ identity, ground, ownOrigin: () => consoleOrigin }),
      ...registryHandlers({ registry }),
      ...options.handlers,
    },
    authenticate: identity.authenticate,
    organizations: identity,
    publishers: registry.publishers,
    origins: () => [consoleOrigin],
    ...(options.site === undefined ? {} : { site: options.site }),
    ...(options.streamTimes === undefined ? {} : { streamTimes: options.streamTimes }),
    ground,
    version: "0.0.0-test",
  });
}

/** The whole HTTP API over real identity and registry; handlers of other domains are the test's. */
import { type ApiRouteName, apiRoutes } from "@berth/protocol/api";
import type { AccessSources } from "../../src/http/access.ts";
import type { Handlers, RoutesOf } from "../../src/http/api.ts";
import { type Api, createApi } from "../../src/http/create-api.ts";
import type { EventStreamTimes } from "../../src/http/event-stream.ts";
import { hostHandlers } from "../../src/http/host-routes.ts";
import { accountHandlers } from "../../src/identity/account-routes.ts";
import { embeddingHandlers } from "../../src/identity/embedding/routes.ts";
import { createLookups } from "../../src/identity/lookups.ts";
import type { Mailer } from "../../src/identity/mailer.ts";
import { memberHandlers } from "../../src/identity/membership/routes.ts";
import { operatorHandlers } from "../../src/identity/operators/routes.ts";
import { identityHandlers } from "../../src/identity/routes.ts";
import { createPublishersOfCallers } from "../../src/identity/services/publishers.ts";
import { serviceHandlers } from "../../src/identity/services/routes.ts";
import { openSignOn, type SignOnOptions } from "../../src/identity/sso/open-sign-on.ts";
import { supportHandlers } from "../../src/identity/support-routes.ts";
import { publisherPeopleHandlers } from "../../src/registry/publisher-people.ts";
import { registryHandlers } from "../../src/registry/routes.ts";
import { auditHandlers } from "../../src/trail/routes.ts";
import type { TestServices } from "./services.ts";

export const consoleOrigin = "http://localhost:4600";
/** Of the same site as the console. */
export const productOrigin = "http://product.localhost:4600";

type Others = Handlers<RoutesOf<"Installations" | "Erasing" | "Grants" | "Policies">>;

const otherTags: readonly string[] = ["Installations", "Erasing", "Grants", "Policies"];

/** Handlers that fail unforeseen when they are reached. */
function unreached(): Others {
  const names = Object.entries(apiRoutes)
    .filter(([, { tag }]) => otherTags.includes(tag))
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
    readonly authenticate?: AccessSources["authenticate"];
    readonly mailer?: Mailer;
    /** What single sign-on reaches; by default nothing. */
    readonly signOn?: Partial<Pick<SignOnOptions, "fetch" | "resolveTxt">>;
  } = {},
): Api {
  const { identity, registry, ground, database, trail } = services;
  const ownOrigin = () => consoleOrigin;
  const people = { identity, database, ground, trail, ownOrigin, mailer: options.mailer };
  const publishers = createPublishersOfCallers(registry.publishers, identity.services);
  const { publishersOf } = publishers;
  return createApi({
    handlers: {
      ...unreached(),
      ...hostHandlers({
        version: "0.0.0-test",
        posture: () => Promise.reject(new Error("not under test")),
      }),
      ...embeddingHandlers({
        ...{ identity, ground, database },
        trail: services.trail,
        ownOrigin: () => consoleOrigin,
      }),
      ...openSignOn({
        ...{ ...services, ownOrigin: () => consoleOrigin },
        fetch: () => Promise.reject(new Error("not under test")),
        ...options.signOn,
      }).handlers,
      ...identityHandlers({ identity, database, ground, trail, publishersOf }),
      ...accountHandlers({ identity, database, ground, trail, publishersOf }),
      ...serviceHandlers(identity),
      ...supportHandlers({ identity, database, trail }),
      ...registryHandlers({ registry }),
      ...auditHandlers({ ...identity, trail, database, appsOf: async () => new Map() }),
      ...memberHandlers(people),
      ...operatorHandlers(people),
      ...publisherPeopleHandlers({
        ...{ database, ground, trail, people: identity },
        beginLookup: createLookups(ground.clock),
      }),
      ...options.handlers,
    },
    authenticate: options.authenticate ?? identity.authenticate,
    organizations: identity,
    publishers,
    origins: () => [consoleOrigin, productOrigin],
    cookieOrigins: () => [consoleOrigin],
    ...(options.site === undefined ? {} : { site: options.site }),
    ...(options.streamTimes === undefined ? {} : { streamTimes: options.streamTimes }),
    ground,
    version: "0.0.0-test",
    onAccessChange: identity.accessChanges.on,
  });
}

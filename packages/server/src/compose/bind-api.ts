/** Binds each route's handler to the domain that answers it. Knows every domain, decides nothing. */
import { findDataClass } from "../gateway/find-data-class.ts";
import { type Api, type ApiOptions, createApi } from "../http/create-api.ts";
import { hostHandlers } from "../http/host-routes.ts";
import { accountHandlers } from "../identity/account-routes.ts";
import { embeddingHandlers } from "../identity/embedding/routes.ts";
import { erasingHandlers } from "../identity/erasing/routes.ts";
import { createLookups } from "../identity/lookups.ts";
import { memberHandlers } from "../identity/membership/routes.ts";
import { operatorHandlers } from "../identity/operators/routes.ts";
import { identityHandlers } from "../identity/routes.ts";
import { createPublishersOfCallers } from "../identity/services/publishers.ts";
import { serviceHandlers } from "../identity/services/routes.ts";
import { createSubjects } from "../identity/subjects.ts";
import { supportHandlers } from "../identity/support-routes.ts";
import { insightHandlers } from "../insight/routes.ts";
import { grantHandlers } from "../installation/grants/routes.ts";
import { installationHandlers } from "../installation/routes.ts";
import { createQuestions } from "../policy/questions.ts";
import { policyHandlers } from "../policy/routes.ts";
import { publisherPeopleHandlers } from "../registry/publisher-people.ts";
import { registryHandlers } from "../registry/routes.ts";
import { viewHandlers } from "../runtime/routes.ts";
import type { ViewBundles } from "../runtime/view-bundle.ts";
import { auditHandlers } from "../trail/routes.ts";
import type { BerthOptions } from "./options.ts";
import type { Parts } from "./parts.ts";

interface ApiParts extends Parts, Pick<ApiOptions, "site" | "version"> {
  readonly bundles: ViewBundles;
  readonly mailer: BerthOptions["mailer"];
  readonly streamsEnd: AbortController;
}

export function bindApi(parts: ApiParts): Api {
  const { storage, identity, signOn, trail, registry, directory, hosts, tokens, plane } = parts;
  const { bundles, mailer, works, posture, eraser, subjects, requirePermissive } = parts;
  const { site, version, streamsEnd } = parts;
  const { ground, database } = storage;
  const { gateway, insight, metering, functions } = plane;
  const people = {
    ...{ identity, database, ground, trail, ownOrigin: hosts.consoleOrigin },
    mailer,
  };
  const publishers = createPublishersOfCallers(registry.publishers, identity.services);
  const { publishersOf } = publishers;
  return createApi({
    handlers: {
      ...hostHandlers({ version, posture: posture.view }),
      ...identityHandlers({ identity, database, ground, trail, publishersOf }),
      ...accountHandlers({ identity, database, ground, trail, publishersOf }),
      ...serviceHandlers(identity),
      ...supportHandlers({ identity, database, trail }),
      ...embeddingHandlers({
        ...{ identity, ground, database, trail },
        ownOrigin: hosts.consoleOrigin,
      }),
      ...erasingHandlers({ eraser }),
      ...signOn.handlers,
      ...registryHandlers({ registry }),
      ...memberHandlers(people),
      ...operatorHandlers(people),
      ...publisherPeopleHandlers({
        ...{ database, ground, trail, people: identity },
        beginLookup: createLookups(ground.clock),
      }),
      ...installationHandlers({
        works,
        people: identity,
        functionOriginOf: (id) => hosts.functionOrigin(id),
      }),
      ...grantHandlers({
        works: { ...works, trail, lastUses: plane.lastUses },
        kysely: database.kysely,
        people: identity,
        subjects,
      }),
      ...insightHandlers({
        directory,
        insight,
        metering,
        stateUsage: gateway.stateUsage,
        functionUsage: functions.usage,
      }),
      ...auditHandlers({
        trail,
        database,
        namesOf: identity.namesOf,
        slugsOf: identity.slugsOf,
        appsOf: works.store.listApps,
        findOrganization: identity.findOrganization,
      }),
      ...policyHandlers(policyParts(parts)),
      ...viewHandlers({
        directory,
        bundles,
        tokens,
        hosts,
        pseudonym: identity.pseudonym,
        requirePermissive,
        subjects,
        lastUses: plane.lastUses,
        policy: plane.policy,
      }),
    },
    authenticate: (request) => identity.authenticate(request),
    organizations: identity,
    publishers,
    origins: () => hosts.allowedOrigins(),
    cookieOrigins: () => hosts.consoleOrigins(),
    ...(site === undefined ? {} : { site }),
    ground,
    version,
    closing: streamsEnd.signal,
    onAccessChange: identity.accessChanges.on,
  });
}

/** What answers about policies, over the domains that know. */
function policyParts({ policies, storage, identity, directory, plane }: Parts) {
  const { publications, checker, forbids, traffic } = policies;
  const { clock } = storage.ground;
  const subjects = createSubjects(storage.database);
  const { policy } = plane;
  const slugOf = async (id: string) => (await identity.findOrganization(id))?.slug;
  return {
    ...{ publications, checker, forbids, people: identity, clock },
    questions: createQuestions({
      ...{ directory, policy, forbids, subjects, clock },
      dataClassOf: findDataClass,
    }),
    trial: { checker, traffic, subjects, clock, slugOf },
  };
}

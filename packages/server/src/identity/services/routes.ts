/** Handlers of service principals. */
import { originOf } from "../../http/actor.ts";
import {
  type ApiContext,
  type Handlers,
  organizationOf,
  publisherOf,
  type RoutesOf,
} from "../../http/api.ts";
import { anySession, requireSession } from "../freshness.ts";
import type { Giver, ServiceOwner, Services } from "./services.ts";

interface Where {
  readonly owner: ServiceOwner;
  readonly by: Giver;
}

function ofOrganization(context: ApiContext): Where {
  const { id, permissions } = organizationOf(context);
  return {
    owner: { organizationId: id, publisherName: null },
    by: { origin: originOf(context), held: permissions },
  };
}

function ofPublisher(context: ApiContext): Where {
  const { name, permissions } = publisherOf(context);
  return {
    owner: { organizationId: null, publisherName: name },
    by: { origin: originOf(context), held: permissions ?? new Set() },
  };
}

const newKey = "Making a key";

export function serviceHandlers(deps: {
  readonly services: Services;
}): Handlers<RoutesOf<"Services">> {
  const { services } = deps;
  return {
    listOrganizationServices: async (_input, context) => ({
      services: await services.list(ofOrganization(context).owner),
    }),
    createOrganizationService({ body }, context) {
      const { owner, by } = ofOrganization(context);
      return services.create(owner, body, by);
    },
    updateOrganizationService({ params, body }, context) {
      const { owner, by } = ofOrganization(context);
      return services.update(owner, { id: params.service, ...body }, by);
    },
    async deleteOrganizationService({ params }, context) {
      const { owner, by } = ofOrganization(context);
      await services.remove(owner, params.service, by);
    },
    async createOrganizationServiceKey({ params, body }, context) {
      requireSession(context, newKey, anySession);
      const { owner, by } = ofOrganization(context);
      return services.createKey(owner, { serviceId: params.service, ...body }, by);
    },
    async deleteOrganizationServiceKey({ params }, context) {
      const { owner, by } = ofOrganization(context);
      await services.removeKey(owner, { serviceId: params.service, keyId: params.key }, by);
    },
    listPublisherServices: async (_input, context) => ({
      services: await services.list(ofPublisher(context).owner),
    }),
    createPublisherService({ body }, context) {
      const { owner, by } = ofPublisher(context);
      return services.create(owner, body, by);
    },
    updatePublisherService({ params, body }, context) {
      const { owner, by } = ofPublisher(context);
      return services.update(owner, { id: params.service, ...body }, by);
    },
    async deletePublisherService({ params }, context) {
      const { owner, by } = ofPublisher(context);
      await services.remove(owner, params.service, by);
    },
    async createPublisherServiceKey({ params, body }, context) {
      requireSession(context, newKey, anySession);
      const { owner, by } = ofPublisher(context);
      return services.createKey(owner, { serviceId: params.service, ...body }, by);
    },
    async deletePublisherServiceKey({ params }, context) {
      const { owner, by } = ofPublisher(context);
      await services.removeKey(owner, { serviceId: params.service, keyId: params.key }, by);
    },
  };
}

/** The same calls for service principals of organizations and of publishers, which have routes of their own. */
import type { BerthClient } from "@berth/client";
import {
  type OrganizationPermission,
  organizationPermissions,
  type PublisherPermission,
  publisherPermissions,
  type ServiceKeyView,
  type ServiceView,
} from "@berth/protocol/api";

/** Whose service principals. */
export type ServiceOwner =
  | { readonly kind: "organization"; readonly slug: string }
  | { readonly kind: "publisher"; readonly name: string };

export interface ServiceChange {
  readonly permissions?: readonly string[];
  readonly isDisabled?: boolean;
}

export interface ServiceCalls {
  /** Every permission that can be given there. */
  readonly all: readonly string[];
  list(signal: AbortSignal): Promise<readonly ServiceView[]>;
  create(name: string, permissions: readonly string[]): Promise<ServiceView>;
  update(service: string, change: ServiceChange): Promise<ServiceView>;
  remove(service: string): Promise<undefined>;
  createKey(
    service: string,
    expiresInDays: number | null,
  ): Promise<ServiceKeyView & { readonly secret: string }>;
  removeKey(service: string, key: string): Promise<undefined>;
}

// Object.keys gives the literal keys of a frozen literal.
const ofOrganization = Object.keys(organizationPermissions) as OrganizationPermission[];
const ofPublisher = Object.keys(publisherPermissions) as PublisherPermission[];

const keyBody = (expiresInDays: number | null) => (expiresInDays === null ? {} : { expiresInDays });

/** In the order of the table; what the table does not know is left out. */
function known<Name extends string>(all: readonly Name[], chosen: readonly string[]): Name[] {
  return all.filter((name) => chosen.includes(name));
}

function bodyOf<Name extends string>(
  all: readonly Name[],
  { permissions, isDisabled }: ServiceChange,
): { permissions?: Name[]; isDisabled?: boolean } {
  return {
    ...(permissions === undefined ? {} : { permissions: known(all, permissions) }),
    ...(isDisabled === undefined ? {} : { isDisabled }),
  };
}

export function serviceCalls(api: BerthClient, owner: ServiceOwner): ServiceCalls {
  if (owner.kind === "organization") {
    const params = { organization: owner.slug };
    return {
      all: ofOrganization,
      list: async (signal) =>
        (await api.call("listOrganizationServices", { params }, { signal })).services,
      create: (name, chosen) =>
        api.call("createOrganizationService", {
          params,
          body: { name, permissions: known(ofOrganization, chosen) },
        }),
      update: (service, change) =>
        api.call("updateOrganizationService", {
          params: { ...params, service },
          body: bodyOf(ofOrganization, change),
        }),
      remove: (service) =>
        api.call("deleteOrganizationService", { params: { ...params, service } }),
      createKey: (service, days) =>
        api.call("createOrganizationServiceKey", {
          params: { ...params, service },
          body: keyBody(days),
        }),
      removeKey: (service, key) =>
        api.call("deleteOrganizationServiceKey", { params: { ...params, service, key } }),
    };
  }
  const params = { publisher: owner.name };
  return {
    all: ofPublisher,
    list: async (signal) =>
      (await api.call("listPublisherServices", { params }, { signal })).services,
    create: (name, chosen) =>
      api.call("createPublisherService", {
        params,
        body: { name, permissions: known(ofPublisher, chosen) },
      }),
    update: (service, change) =>
      api.call("updatePublisherService", {
        params: { ...params, service },
        body: bodyOf(ofPublisher, change),
      }),
    remove: (service) => api.call("deletePublisherService", { params: { ...params, service } }),
    createKey: (service, days) =>
      api.call("createPublisherServiceKey", {
        params: { ...params, service },
        body: keyBody(days),
      }),
    removeKey: (service, key) =>
      api.call("deletePublisherServiceKey", { params: { ...params, service, key } }),
  };
}

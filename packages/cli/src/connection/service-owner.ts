/** Whose service principals a command is about: a publisher's by `--publisher`, else an organization's. */
import type { BerthClient } from "@berth/client";
import type { ServiceView } from "@berth/protocol/api";
import type { CliContext } from "../context.ts";
import { connect } from "./connect.ts";
import { resolveOrganization } from "./organization.ts";

export interface OwnerOptions {
  readonly org?: string;
  readonly publisher?: string;
}

/** For a command's `options`. */
export const ownerOptions = [
  { flags: "--org <slug>", description: "the organization, when you are in several" },
  { flags: "--publisher <name>", description: "the publisher, instead of an organization" },
] as const;

interface NewService {
  readonly name: string;
  readonly permissions: readonly string[];
}

interface ServiceChange {
  readonly permissions?: readonly string[];
  readonly isDisabled?: boolean;
}

/** The same routes for both kinds of owner. */
export interface ServiceCalls {
  /** For people, such as `the organization acme`. */
  readonly owner: string;
  list(client: BerthClient): Promise<ServiceView[]>;
  create(client: BerthClient, service: NewService): Promise<ServiceView>;
  update(client: BerthClient, id: string, change: ServiceChange): Promise<ServiceView>;
  remove(client: BerthClient, id: string): Promise<void>;
  createKey(
    client: BerthClient,
    id: string,
    key: { readonly expiresInDays?: number },
  ): Promise<ServiceView["keys"][number] & { readonly secret: string }>;
  removeKey(client: BerthClient, id: string, key: string): Promise<void>;
}

function ofPublisher(publisher: string, signal: AbortSignal): ServiceCalls {
  const params = { publisher };
  return {
    owner: `the publisher ${publisher}`,
    list: async (client) =>
      (await client.call("listPublisherServices", { params }, { signal })).services,
    create: (client, { name, permissions }) => {
      // The server refuses what is no permission, and says which there are.
      const body = { name, permissions: [...permissions] as "publisher.read"[] };
      return client.call("createPublisherService", { params, body }, { signal });
    },
    update: (client, service, { isDisabled, permissions }) => {
      const body = {
        ...(permissions && { permissions: [...permissions] as "publisher.read"[] }),
        ...(isDisabled === undefined ? {} : { isDisabled }),
      };
      return client.call(
        "updatePublisherService",
        { params: { ...params, service }, body },
        { signal },
      );
    },
    remove: (client, service) =>
      client.call("deletePublisherService", { params: { ...params, service } }, { signal }),
    createKey: (client, service, body) =>
      client.call(
        "createPublisherServiceKey",
        { params: { ...params, service }, body },
        { signal },
      ),
    removeKey: (client, service, key) =>
      client.call("deletePublisherServiceKey", { params: { ...params, service, key } }, { signal }),
  };
}

function ofOrganization(organization: string, signal: AbortSignal): ServiceCalls {
  const params = { organization };
  return {
    owner: `the organization ${organization}`,
    list: async (client) =>
      (await client.call("listOrganizationServices", { params }, { signal })).services,
    create: (client, { name, permissions }) => {
      // The server refuses what is no permission, and says which there are.
      const body = { name, permissions: [...permissions] as "apps.read"[] };
      return client.call("createOrganizationService", { params, body }, { signal });
    },
    update: (client, service, { isDisabled, permissions }) => {
      const body = {
        ...(permissions && { permissions: [...permissions] as "apps.read"[] }),
        ...(isDisabled === undefined ? {} : { isDisabled }),
      };
      return client.call(
        "updateOrganizationService",
        { params: { ...params, service }, body },
        { signal },
      );
    },
    remove: (client, service) =>
      client.call("deleteOrganizationService", { params: { ...params, service } }, { signal }),
    createKey: (client, service, body) =>
      client.call(
        "createOrganizationServiceKey",
        { params: { ...params, service }, body },
        { signal },
      ),
    removeKey: (client, service, key) =>
      client.call(
        "deleteOrganizationServiceKey",
        { params: { ...params, service, key } },
        { signal },
      ),
  };
}

/** @throws BerthError ORGANIZATION_NOT_FOUND, OPTION_INVALID */
export async function resolveServiceOwner(
  context: CliContext,
  { org, publisher }: OwnerOptions,
): Promise<ServiceCalls> {
  const { signal } = context;
  if (publisher !== undefined) return ofPublisher(publisher, signal);
  const connection = await connect(context);
  return ofOrganization(await resolveOrganization(context, connection, org), signal);
}

/** Service principals: callers that are no persons, such as a build server or a companion. */
import * as z from "zod";
import { organizationPermissions, publisherPermissions } from "../access/permissions.ts";
import { keysOf } from "./identity.ts";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

export const maxServiceKeys = 2;

export const serviceKeyView = z.object({
  id: z.string(),
  /** The first characters, to recognize it by. */
  start: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});

export const serviceView = z.object({
  id: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  isDisabled: z.boolean(),
  createdAt: instant,
  /** At most two at a time: a new one is made before the old one is removed. */
  keys: z.array(serviceKeyView),
});

const newKey = z.object({ expiresInDays: z.number().int().min(1).max(730).optional() });
const createdKey = serviceKeyView.extend({ secret: z.string() });
const many = z.object({ services: z.array(serviceView) });
const inOrganization = z.object({ organization: z.string() });
const inPublisher = z.object({ publisher: z.string() });
const ofOrganization = z
  .array(z.enum(keysOf(organizationPermissions)))
  .min(1)
  .max(50);
const ofPublisher = z
  .array(z.enum(keysOf(publisherPermissions)))
  .min(1)
  .max(50);

const organizationPath = "/organizations/{organization}/service-principals";
const publisherPath = "/publishers/{publisher}/service-principals";
const organizationGuard = {
  access: "organization",
  permission: "service-principals.manage",
  tag: "Services",
} as const;
const publisherGuard = {
  access: "publisher",
  permission: "publisher.manage",
  tag: "Services",
} as const;

export const serviceRoutes = {
  listOrganizationServices: route({
    ...organizationGuard,
    method: "get",
    path: organizationPath,
    summary: "The organization's service principals, with their keys.",
    params: inOrganization,
    response: many,
  }),
  createOrganizationService: route({
    ...organizationGuard,
    method: "post",
    path: organizationPath,
    stepUp: "where-asked",
    summary: "Make a service principal. Nobody gives one more than they hold.",
    params: inOrganization,
    body: z.object({ name: plainLine(80), permissions: ofOrganization }),
    status: 201,
    response: serviceView,
  }),
  updateOrganizationService: route({
    ...organizationGuard,
    method: "put",
    path: `${organizationPath}/{service}`,
    stepUp: "where-asked",
    summary: "Change what a service principal may do, or disable it.",
    params: inOrganization.extend({ service: z.string() }),
    body: z.object({ permissions: ofOrganization.optional(), isDisabled: z.boolean().optional() }),
    response: serviceView,
  }),
  deleteOrganizationService: route({
    ...organizationGuard,
    method: "delete",
    path: `${organizationPath}/{service}`,
    stepUp: "where-asked",
    summary: "Remove a service principal with its keys.",
    params: inOrganization.extend({ service: z.string() }),
    status: 204,
    response: empty,
  }),
  createOrganizationServiceKey: route({
    ...organizationGuard,
    method: "post",
    path: `${organizationPath}/{service}/keys`,
    summary:
      "A new key, shown once. Needs a fresh sign-in or step-up, and every permission of the principal.",
    stepUp: "always",
    params: inOrganization.extend({ service: z.string() }),
    body: newKey,
    status: 201,
    response: createdKey,
  }),
  deleteOrganizationServiceKey: route({
    ...organizationGuard,
    method: "delete",
    path: `${organizationPath}/{service}/keys/{key}`,
    summary: "Revoke a key of a service principal.",
    params: inOrganization.extend({ service: z.string(), key: z.string() }),
    status: 204,
    response: empty,
  }),
  listPublisherServices: route({
    ...publisherGuard,
    method: "get",
    path: publisherPath,
    summary: "The publisher's service principals, with their keys.",
    params: inPublisher,
    response: many,
  }),
  createPublisherService: route({
    ...publisherGuard,
    method: "post",
    path: publisherPath,
    stepUp: "where-asked",
    summary: "Make a service principal, such as a build server that publishes.",
    params: inPublisher,
    body: z.object({ name: plainLine(80), permissions: ofPublisher }),
    status: 201,
    response: serviceView,
  }),
  updatePublisherService: route({
    ...publisherGuard,
    method: "put",
    path: `${publisherPath}/{service}`,
    stepUp: "where-asked",
    summary: "Change what a service principal may do, or disable it.",
    params: inPublisher.extend({ service: z.string() }),
    body: z.object({ permissions: ofPublisher.optional(), isDisabled: z.boolean().optional() }),
    response: serviceView,
  }),
  deletePublisherService: route({
    ...publisherGuard,
    method: "delete",
    path: `${publisherPath}/{service}`,
    stepUp: "where-asked",
    summary: "Remove a service principal with its keys.",
    params: inPublisher.extend({ service: z.string() }),
    status: 204,
    response: empty,
  }),
  createPublisherServiceKey: route({
    ...publisherGuard,
    method: "post",
    path: `${publisherPath}/{service}/keys`,
    summary:
      "A new key, shown once. Needs a fresh sign-in or step-up, and every permission of the principal.",
    stepUp: "always",
    params: inPublisher.extend({ service: z.string() }),
    body: newKey,
    status: 201,
    response: createdKey,
  }),
  deletePublisherServiceKey: route({
    ...publisherGuard,
    method: "delete",
    path: `${publisherPath}/{service}/keys/{key}`,
    summary: "Revoke a key of a service principal.",
    params: inPublisher.extend({ service: z.string(), key: z.string() }),
    status: 204,
    response: empty,
  }),
} as const;

export type ServiceView = z.output<typeof serviceView>;
export type ServiceKeyView = z.output<typeof serviceKeyView>;

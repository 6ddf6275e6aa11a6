/**
 * SCIM 2.0 (RFC 7643, RFC 7644): how an organization's directory makes, changes and removes its
 * people and groups here. Called with a token of `provisioning.ts` and with nothing else; answers are
 * `application/scim+json`, errors in SCIM's own form.
 */
import * as z from "zod";
import { route } from "./route.ts";

const organization = z.object({ organization: z.string() });
const one = organization.extend({ id: z.string().max(64) });
const list = z.object({
  filter: z.string().max(500).optional(),
  startIndex: z.coerce.number().int().optional(),
  count: z.coerce.number().int().optional(),
});
const base = "/organizations/{organization}/scim/v2";

/** Directories write attributes that nobody here reads; they are let pass and dropped. */
const text = z.string().max(500);
const flag = z.union([
  z.boolean(),
  // Entra sends "True" and "False".
  z
    .string()
    .regex(/^(?:true|false)$/i)
    .transform((value) => value.toLowerCase() === "true"),
]);
const multi = z
  .array(
    z.object({
      value: text.optional(),
      type: text.nullish(),
      primary: flag.optional(),
      display: text.nullish(),
    }),
  )
  .max(20);

export const scimUserBody = z.object({
  userName: z.string().trim().min(1).max(254),
  externalId: z.string().max(254).nullish(),
  active: flag.default(true),
  displayName: text.nullish(),
  name: z
    .object({
      formatted: text.nullish(),
      givenName: text.nullish(),
      familyName: text.nullish(),
    })
    .nullish(),
  emails: multi.nullish(),
});

const member = z.object({ value: z.string().min(1).max(64) });
/** A directory sends larger groups in pieces. */
export const maxScimMembers = 5_000;

export const scimGroupBody = z.object({
  displayName: z.string().trim().min(1).max(200),
  externalId: z.string().max(254).nullish(),
  members: z.array(member).max(maxScimMembers).nullish(),
});

export const scimPatchBody = z.object({
  schemas: z.array(text).max(5).optional(),
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .max(10)
          .transform((op) => op.toLowerCase())
          .pipe(z.enum(["add", "replace", "remove"])),
        path: z.string().max(300).optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(100),
});

const common = { tag: "Scim", access: "scim", kind: "raw", response: z.unknown() } as const;

export const scimRoutes = {
  getScimConfig: route({
    ...common,
    method: "get",
    path: `${base}/ServiceProviderConfig`,
    summary: "What of SCIM is done here.",
    params: organization,
  }),
  listScimResourceTypes: route({
    ...common,
    method: "get",
    path: `${base}/ResourceTypes`,
    summary: "User and Group.",
    params: organization,
  }),
  listScimSchemas: route({
    ...common,
    method: "get",
    path: `${base}/Schemas`,
    summary: "The attributes that are kept.",
    params: organization,
  }),
  listScimUsers: route({
    ...common,
    method: "get",
    path: `${base}/Users`,
    summary: "People that the directory provisioned, by `userName eq`, `externalId eq` or all.",
    params: organization,
    query: list,
  }),
  createScimUser: route({
    ...common,
    method: "post",
    path: `${base}/Users`,
    summary: "Provision a person.",
    params: organization,
    body: scimUserBody,
  }),
  getScimUser: route({
    ...common,
    method: "get",
    path: `${base}/Users/{id}`,
    summary: "One person.",
    params: one,
  }),
  replaceScimUser: route({
    ...common,
    method: "put",
    path: `${base}/Users/{id}`,
    summary: "Replace a person's attributes.",
    params: one,
    body: scimUserBody,
  }),
  patchScimUser: route({
    ...common,
    method: "patch",
    path: `${base}/Users/{id}`,
    summary: "Change some of a person's attributes.",
    params: one,
    body: scimPatchBody,
  }),
  deleteScimUser: route({
    ...common,
    method: "delete",
    path: `${base}/Users/{id}`,
    summary: "Deprovision a person: their membership and what they opened by it end at once.",
    params: one,
  }),
  listScimGroups: route({
    ...common,
    method: "get",
    path: `${base}/Groups`,
    summary: "Groups of the directory, by `displayName eq`, `externalId eq` or all.",
    params: organization,
    query: list.extend({ excludedAttributes: text.optional() }),
  }),
  createScimGroup: route({
    ...common,
    method: "post",
    path: `${base}/Groups`,
    summary: "Provision a group.",
    params: organization,
    body: scimGroupBody,
  }),
  getScimGroup: route({
    ...common,
    method: "get",
    path: `${base}/Groups/{id}`,
    summary: "One group.",
    params: one,
    query: z.object({ excludedAttributes: text.optional() }),
  }),
  replaceScimGroup: route({
    ...common,
    method: "put",
    path: `${base}/Groups/{id}`,
    summary: "Replace a group.",
    params: one,
    body: scimGroupBody,
  }),
  patchScimGroup: route({
    ...common,
    method: "patch",
    path: `${base}/Groups/{id}`,
    summary: "Rename a group, add to it, take from it.",
    params: one,
    body: scimPatchBody,
  }),
  deleteScimGroup: route({
    ...common,
    method: "delete",
    path: `${base}/Groups/{id}`,
    summary: "Remove a group.",
    params: one,
  }),
} as const;

export type ScimUserBody = z.output<typeof scimUserBody>;
export type ScimGroupBody = z.output<typeof scimGroupBody>;
export type ScimPatchBody = z.output<typeof scimPatchBody>;

/** What SCIM answers look like (RFC 7643). */

import type { ScimGroupRow } from "./groups.ts";
import { bodyOf, type ScimUserRow } from "./users.ts";

const core = "urn:ietf:params:scim:schemas:core:2.0";

interface Ref {
  readonly value: string;
  readonly display: string;
}

function metaOf(
  base: string,
  type: "User" | "Group",
  row: Pick<ScimUserRow, "id" | "created_at" | "updated_at">,
) {
  return {
    resourceType: type,
    created: row.created_at.toISOString(),
    lastModified: row.updated_at.toISOString(),
    location: `${base}/${type}s/${row.id}`,
  };
}

/** @param base - the address below which the organization's SCIM is */
export function userResource(base: string, row: ScimUserRow, groups: readonly Ref[] = []) {
  const { externalId, displayName, name, emails, ...rest } = bodyOf(row);
  return {
    schemas: [`${core}:User`],
    id: row.id,
    ...(externalId ? { externalId } : {}),
    ...rest,
    ...(displayName ? { displayName } : {}),
    ...(name ? { name } : {}),
    ...(emails ? { emails } : {}),
    groups: groups.map((group) => ({ ...group, $ref: `${base}/Groups/${group.value}` })),
    meta: metaOf(base, "User", row),
  };
}

/** @param members - left out of the answer when undefined */
export function groupResource(base: string, row: ScimGroupRow, members?: readonly Ref[]) {
  return {
    schemas: [`${core}:Group`],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    displayName: row.name,
    ...(members === undefined
      ? {}
      : { members: members.map((user) => ({ ...user, $ref: `${base}/Users/${user.value}` })) }),
    meta: metaOf(base, "Group", row),
  };
}

export function configResource(base: string): object {
  const no = { supported: false };
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { ...no, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: 200 },
    changePassword: no,
    sort: no,
    etag: no,
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A provisioning token that the organization's administrator made.",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}

export function resourceTypes(base: string): readonly object[] {
  return (["User", "Group"] as const).map((name) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    id: name,
    name,
    endpoint: `/${name}s`,
    schema: `${core}:${name}`,
    schemaExtensions: [],
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${name}` },
  }));
}

const attribute = (name: string, more: object = {}) => ({
  ...{ name, type: "string", multiValued: false, required: false, caseExact: false },
  ...{ mutability: "readWrite", returned: "default", uniqueness: "none", ...more },
});

export function schemas(base: string): readonly object[] {
  const schema = (name: "User" | "Group", attributes: readonly object[]) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    id: `${core}:${name}`,
    name,
    attributes,
    meta: { resourceType: "Schema", location: `${base}/Schemas/${core}:${name}` },
  });
  const externalId = attribute("externalId", { caseExact: true, uniqueness: "server" });
  return [
    schema("User", [
      attribute("userName", { required: true, uniqueness: "server" }),
      externalId,
      attribute("active", { type: "boolean" }),
      attribute("displayName"),
      attribute("name", {
        type: "complex",
        subAttributes: ["formatted", "givenName", "familyName"].map((name) => attribute(name)),
      }),
      attribute("emails", {
        type: "complex",
        multiValued: true,
        subAttributes: [
          attribute("value"),
          attribute("type"),
          attribute("primary", { type: "boolean" }),
        ],
      }),
    ]),
    schema("Group", [
      attribute("displayName", { required: true, uniqueness: "server" }),
      externalId,
      attribute("members", {
        type: "complex",
        multiValued: true,
        subAttributes: [attribute("value", { mutability: "immutable" }), attribute("display")],
      }),
    ]),
  ];
}

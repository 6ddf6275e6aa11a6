/**
 * Who may do what: one line for each route and each capability's method, written by hand and held
 * against every one of them by the tests beside it. The declarations are not asked.
 *
 * Routes. A line names who may; everybody else is denied. It says so for their own organization or
 * publisher: in a foreign one nobody may anything, which is tried as well.
 *
 * - `anyone`: signed in or not
 * - `people`: everybody who is signed in, however little they may
 * - `not-embedded`: the same without those whom an embedding product signed in
 * - `unlimited`: the same without limited keys
 * - `owner admin auditor member`: by that role in the organization
 * - `custom`: by a role of the organization's own: organization.read, members.manage and audit.read
 * - `publisher developer`: by the role owner or developer in the publisher
 * - `host hostAuditor support`: by the operator's role admin, auditor or support
 * - `embedMember embedAdmin`: signed in by the product with that role in the organization
 * - `directory`: a provisioning token of the organization, which none of these callers has
 * - `key`: an API key limited to apps.read, publisher.read and host.read, of somebody who is an owner, a
 *   publisher's owner and the operator's admin
 *
 * Capabilities. For each caller: `free` (bounded by quotas, needs no grant), `never`, or the one grant
 * that allows the call with these arguments, as `type resource action`.
 */
const readers = "owner admin auditor member embedMember embedAdmin key";
const users = "owner admin member embedMember embedAdmin";
const admins = "owner admin embedAdmin";
/** What an embedding product's word does not carry. */
const ownAdmins = "owner admin";
const everyRole = "owner admin auditor member custom embedMember embedAdmin";

export const routeTable: Readonly<Record<string, string>> = {
  // Host
  "GET /health": "anyone",
  "GET /posture": "people",
  "GET /schemas/manifest.json": "anyone",

  // Identity
  "POST /session/link": "anyone",
  "POST /auth/sign-in/email": "anyone",
  "GET /session": "people",
  "DELETE /session":
    "outsider owner admin auditor member custom publisher developer host hostAuditor support embedMember embedAdmin",
  "PUT /session/password": "unlimited",
  "GET /api-keys": "people",
  "POST /api-keys": "unlimited",
  "DELETE /api-keys/{key}": "not-embedded",

  // One's own security
  "POST /session/second-factor": "anyone",
  "POST /session/passkey/options": "anyone",
  "POST /session/passkey": "anyone",
  "POST /session/step-up": "unlimited",
  "POST /session/step-up/passkey": "unlimited",
  "GET /second-factor": "unlimited",
  "POST /second-factor": "unlimited",
  "POST /second-factor/confirmation": "unlimited",
  "POST /second-factor/backup-codes": "unlimited",
  "POST /second-factor/end": "unlimited",
  "GET /sessions": "unlimited",
  "DELETE /sessions": "unlimited",
  "DELETE /sessions/{session}": "unlimited",
  "GET /passkeys": "unlimited",
  "POST /passkeys": "unlimited",
  "POST /passkeys/options": "unlimited",
  "PUT /passkeys/{passkey}": "unlimited",
  "DELETE /passkeys/{passkey}": "unlimited",
  "GET /organizations/{organization}/sign-in-rules": everyRole,
  "PUT /organizations/{organization}/sign-in-rules": ownAdmins,

  // Service principals
  "GET /organizations/{organization}/service-principals": ownAdmins,
  "POST /organizations/{organization}/service-principals": ownAdmins,
  "PUT /organizations/{organization}/service-principals/{service}": ownAdmins,
  "DELETE /organizations/{organization}/service-principals/{service}": ownAdmins,
  "POST /organizations/{organization}/service-principals/{service}/keys": ownAdmins,
  "DELETE /organizations/{organization}/service-principals/{service}/keys/{key}": ownAdmins,
  "GET /publishers/{publisher}/service-principals": "publisher",
  "POST /publishers/{publisher}/service-principals": "publisher",
  "PUT /publishers/{publisher}/service-principals/{service}": "publisher",
  "DELETE /publishers/{publisher}/service-principals/{service}": "publisher",
  "POST /publishers/{publisher}/service-principals/{service}/keys": "publisher",
  "DELETE /publishers/{publisher}/service-principals/{service}/keys/{key}": "publisher",

  // Support
  "GET /people/{person}/sign-in": "host support",
  "DELETE /people/{person}/lock-out": "host support",
  "DELETE /people/{person}/second-factor": "host support",

  // Embedding
  "POST /embed/sessions": "anyone",
  "GET /embed/keys": "host",
  "POST /embed/keys": "host",
  "DELETE /embed/keys/{key}": "host",

  // Registry
  "POST /publishers": "unlimited",
  "GET /publishers/{publisher}": "people",
  "POST /publishers/{publisher}/keys": "publisher",
  "DELETE /publishers/{publisher}/keys/{keyId}": "publisher",
  "POST /publishers/{publisher}/apps/{name}/releases": "publisher developer",
  "GET /publishers/{publisher}/releases": "publisher developer key",
  "GET /apps": "people",
  "GET /apps/{publisher}/{name}": "people",
  "GET /apps/{publisher}/{name}/releases/{version}": "people",
  "GET /apps/{publisher}/{name}/releases/{version}/package": "people",

  // Publishers
  "GET /publishers/{publisher}/people": "publisher developer key",
  "POST /publishers/{publisher}/people": "publisher",
  "PUT /publishers/{publisher}/people/{person}/role": "publisher",
  "DELETE /publishers/{publisher}/people/{person}": "publisher",

  // Installations
  "GET /organizations/{organization}/installations": readers,
  "POST /organizations/{organization}/installations": admins,
  "GET /organizations/{organization}/installations/{installation}": readers,
  "DELETE /organizations/{organization}/installations/{installation}": admins,
  "POST /organizations/{organization}/installations/{installation}/suspend": admins,
  "POST /organizations/{organization}/installations/{installation}/resume": admins,
  "GET /organizations/{organization}/installations/{installation}/config": admins,
  "PUT /organizations/{organization}/installations/{installation}/config": admins,
  "PUT /organizations/{organization}/installations/{installation}/secrets/{secret}": admins,
  "DELETE /organizations/{organization}/installations/{installation}/secrets/{secret}": admins,
  "GET /organizations/{organization}/installations/{installation}/usage": readers,
  "GET /organizations/{organization}/installations/{installation}/logs": `${admins} auditor`,
  "GET /organizations/{organization}/installations/{installation}/logs/stream": `${admins} auditor`,
  "POST /organizations/{organization}/installations/{installation}/views": users,
  "GET /organizations/{organization}/runs/{run}": readers,
  "GET /organizations/{organization}/runs/{run}/stream": readers,
  "POST /organizations/{organization}/runs/{run}/cancel": admins,

  // Members
  "GET /organizations/{organization}/members": everyRole,
  "PUT /organizations/{organization}/members/{member}/role": `${ownAdmins} custom`,
  "DELETE /organizations/{organization}/members/{member}": `${ownAdmins} custom`,
  "DELETE /organizations/{organization}/membership": everyRole,
  "GET /organizations/{organization}/roles": everyRole,
  "POST /organizations/{organization}/roles": ownAdmins,
  "PUT /organizations/{organization}/roles/{role}": ownAdmins,
  "DELETE /organizations/{organization}/roles/{role}": ownAdmins,
  "GET /organizations/{organization}/invitations": `${ownAdmins} custom`,
  "POST /organizations/{organization}/invitations": `${ownAdmins} custom`,
  "POST /organizations/{organization}/invitations/{invitation}/resend": `${ownAdmins} custom`,
  "DELETE /organizations/{organization}/invitations/{invitation}": `${ownAdmins} custom`,
  "POST /invitations/describe": "anyone",
  "POST /invitations/join": "anyone",
  "POST /invitations/accept": "unlimited",

  // Operators
  "GET /operators": "host hostAuditor support key",
  "POST /operators": "host",
  "PUT /operators/{person}/role": "host",
  "DELETE /operators/{person}": "host",
  "GET /organizations": "host hostAuditor support key",
  "POST /organizations": "host",
  "GET /people": "host support",
  "DELETE /people/{person}/sessions": "host support",
  "POST /people/{person}/sign-in-link": "host support",

  // The end of an embedding key
  "PUT /embed/keys/{key}/end": "host",

  // Grants
  "GET /organizations/{organization}/installations/{installation}/grants": readers,
  "POST /organizations/{organization}/installations/{installation}/grants": admins,
  "PUT /organizations/{organization}/installations/{installation}/grants/{grant}": admins,
  "POST /organizations/{organization}/installations/{installation}/grants/{grant}/revoke": admins,
  "GET /organizations/{organization}/installations/{installation}/permission-changes": readers,
  "GET /organizations/{organization}/unused-grants": readers,

  // Policies
  "POST /decisions/explain": "host hostAuditor",
  "POST /organizations/{organization}/decisions/explain": `${ownAdmins} auditor`,
  "GET /organizations/{organization}/decisions/reach/{installation}": `${ownAdmins} auditor`,
  "POST /organizations/{organization}/decisions/who-can": `${ownAdmins} auditor`,
  "GET /organizations/{organization}/policies": `${ownAdmins} auditor`,
  "POST /organizations/{organization}/policies/check": `${ownAdmins} auditor`,
  "PUT /organizations/{organization}/policies/draft": ownAdmins,
  "DELETE /organizations/{organization}/policies/draft": ownAdmins,
  "POST /organizations/{organization}/policies/publish": ownAdmins,
  "POST /organizations/{organization}/policies/roll-back": ownAdmins,
  "POST /organizations/{organization}/policies/test": `${ownAdmins} auditor`,
  "POST /organizations/{organization}/policies/try": `${ownAdmins} auditor`,
  "GET /organizations/{organization}/policies/versions/{version}": `${ownAdmins} auditor`,
  "GET /policies": "host hostAuditor",
  "POST /policies/check": "host hostAuditor",
  "PUT /policies/draft": "host",
  "DELETE /policies/draft": "host",
  "POST /policies/publish": "host",
  "POST /policies/roll-back": "host",
  "POST /policies/test": "host hostAuditor",
  "POST /policies/try": "host hostAuditor",
  "GET /policies/versions/{version}": "host hostAuditor",

  // Groups
  "GET /organizations/{organization}/groups": everyRole,
  "POST /organizations/{organization}/groups": `${ownAdmins} custom`,
  "GET /organizations/{organization}/groups/{group}": everyRole,
  "PUT /organizations/{organization}/groups/{group}": `${ownAdmins} custom`,
  "DELETE /organizations/{organization}/groups/{group}": `${ownAdmins} custom`,
  "POST /organizations/{organization}/groups/{group}/members": `${ownAdmins} custom`,
  "DELETE /organizations/{organization}/groups/{group}/members/{person}": `${ownAdmins} custom`,

  // Single sign-on and provisioning
  "GET /organizations/{organization}/provisioning/tokens": ownAdmins,
  "POST /organizations/{organization}/provisioning/tokens": ownAdmins,
  "DELETE /organizations/{organization}/provisioning/tokens/{token}": ownAdmins,
  "GET /organizations/{organization}/scim/v2/Groups": "directory",
  "POST /organizations/{organization}/scim/v2/Groups": "directory",
  "GET /organizations/{organization}/scim/v2/Groups/{id}": "directory",
  "PUT /organizations/{organization}/scim/v2/Groups/{id}": "directory",
  "PATCH /organizations/{organization}/scim/v2/Groups/{id}": "directory",
  "DELETE /organizations/{organization}/scim/v2/Groups/{id}": "directory",
  "GET /organizations/{organization}/scim/v2/ResourceTypes": "directory",
  "GET /organizations/{organization}/scim/v2/Schemas": "directory",
  "GET /organizations/{organization}/scim/v2/ServiceProviderConfig": "directory",
  "GET /organizations/{organization}/scim/v2/Users": "directory",
  "POST /organizations/{organization}/scim/v2/Users": "directory",
  "GET /organizations/{organization}/scim/v2/Users/{id}": "directory",
  "PUT /organizations/{organization}/scim/v2/Users/{id}": "directory",
  "PATCH /organizations/{organization}/scim/v2/Users/{id}": "directory",
  "DELETE /organizations/{organization}/scim/v2/Users/{id}": "directory",
  "GET /organizations/{organization}/single-sign-on": ownAdmins,
  "PUT /organizations/{organization}/single-sign-on": ownAdmins,
  "DELETE /organizations/{organization}/single-sign-on": ownAdmins,
  "POST /organizations/{organization}/single-sign-on/domains": ownAdmins,
  "DELETE /organizations/{organization}/single-sign-on/domains/{domain}": ownAdmins,
  "POST /organizations/{organization}/single-sign-on/domains/{domain}/proof": ownAdmins,
  "DELETE /organizations/{organization}/single-sign-on/identities/{person}": ownAdmins,
  "POST /single-sign-on": "anyone",
  "GET /single-sign-on/{organization}/callback": "anyone",

  // Audit
  "GET /audit": "people",
  "GET /audit/anchors": "host hostAuditor",
  "GET /audit/consistency": "people",
  "GET /audit/entries": "host hostAuditor",
  "GET /audit/entries/{index}": "host hostAuditor",
  "GET /audit/export": "host hostAuditor",
  "POST /audit/keys": "host",
  "GET /audit/settings": "host hostAuditor",
  "PUT /audit/settings": "host",
  "GET /audit/witness": "host hostAuditor",
  // Who asks is told by the signature of a log that the operator named.
  "POST /audit/witness/add-checkpoint": "anyone",
  "POST /audit/witness/keys": "host",
  "DELETE /audit/witness/keys/{witnessedKey}": "host",
  "GET /organizations/{organization}/audit": `${ownAdmins} auditor custom`,
  "GET /organizations/{organization}/audit/entries/{index}": `${ownAdmins} auditor custom`,
  "GET /organizations/{organization}/audit/export": `${ownAdmins} auditor`,

  // Erasing
  "POST /organizations/{organization}/people/erase": ownAdmins,
  "POST /people/erase": "host",
};

export interface CapabilityRow {
  readonly args: unknown;
  readonly function: string;
  readonly view: string;
}

export const capabilityTable: Readonly<Record<string, CapabilityRow>> = {
  "state.get": { args: { key: "a" }, function: "free", view: "data state/a read" },
  "state.put": { args: { key: "a", value: 1 }, function: "free", view: "data state/a write" },
  "state.putMany": {
    args: { entries: [{ key: "a", value: 1 }] },
    ...{ function: "free", view: "data state/a write" },
  },
  "state.delete": { args: { key: "a" }, function: "free", view: "data state/a write" },
  "state.list": { args: { prefix: "a/" }, function: "free", view: "data state/a/* read" },
  "state.compareAndSet": {
    args: { key: "a", value: 1, version: null },
    ...{ function: "free", view: "data state/a write" },
  },
  "log.write": { args: { level: "info", message: "m" }, function: "free", view: "free" },
  "config.get": { args: {}, function: "free", view: "never" },
  "secrets.get": { args: { name: "TOKEN" }, function: "free", view: "never" },
};

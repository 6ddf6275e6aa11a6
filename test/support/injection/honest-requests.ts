/**
 * A request for each route that an honest caller could send, with every optional text that the walk of
 * its schema would not think of by itself. `sql-injection.test.ts` puts its payloads into these.
 *
 * A route whose body or query the walk fills well enough by its schema needs no line here.
 */
import { generateSigningKey } from "@berth/audit";
import { generateKeyPair } from "@berth/bundle";
import type { ApiRouteName } from "@berth/protocol/api";
import type { Ids } from "../one-of-each.ts";
import type { Input } from "./text-leaves.ts";

/** As WebAuthn's JSON forms have them. */
const webAuthn = {
  ...{ id: "AAAA", rawId: "AAAA", type: "public-key" },
  response: { clientDataJSON: "e30", userHandle: "AAAA" },
};
/** What the app asks for and was taken back before. */
const asked = { type: "data", resource: "*", actions: ["read", "write"] };
const terms = (ids: Ids) => ({
  scope: { persons: [ids.person], groups: ["Theirs"] },
  conditions: { roles: ["admin"], groups: ["Theirs"] },
  expiresAt: "2099-01-01T00:00:00Z",
  reason: "because",
});
const policyText = 'forbid (principal, action, resource) when { resource.name == "never" };';
const policyCases = {
  cases: [
    {
      ...{ name: "one", app: "test/test-app", installation: "any", organization: "acme" },
      ...{ access: "api:read", resource: "x", at: "2026-11-22T00:00:00Z", expect: "allow" },
      person: { id: "any", roles: ["member"], groups: ["Theirs"] },
      ...{ address: "192.0.2.1", by: "none" },
    },
  ],
};
const question = ({ installation }: Ids) => ({
  ...{ installation, access: "api:read", resource: "x", person: "ada@acme.example" },
  ...{ at: "2026-11-22T00:00:00Z", address: "192.0.2.1" },
});
const auditQuery = ({ installation, person, role }: Ids) => ({
  ...{ action: "role.*", actor: person, target: role, installation, text: "Theirs" },
  ...{ from: "2020-01-01T00:00:00Z", to: "2099-01-01T00:00:00Z" },
});
const scimUser = (name: string) => ({
  userName: `${name}@acme-people.example`,
  externalId: `ext-${name}`,
  active: true,
  displayName: name,
  name: { formatted: name, givenName: name, familyName: name },
  emails: [{ value: `${name}@acme-people.example`, type: "work", primary: true, display: name }],
});
const publishing = ({ revision, version }: Ids) => ({
  ...{ revision: Number(revision), version: Number(version), note: "n" },
});
const token = "a-token-of-nobody-0123456789";
const password = "correct horse battery";

type Honest = (ids: Ids) => { readonly body?: unknown; readonly query?: unknown };

const honest: Partial<Record<ApiRouteName, Honest>> = {
  redeemSignInLink: () => ({ body: { token } }),
  signInWithPassword: () => ({ body: { email: "mia@acme.example", password } }),
  setPassword: () => ({ body: { password, current: password } }),
  createApiKey: () => ({
    body: { name: "k", permissions: ["apps.read"], organization: "acme", publisher: "test" },
  }),
  proveSecondFactor: () => ({ body: { code: "123456" } }),
  signInWithPasskey: () => ({ body: { response: webAuthn } }),
  stepUp: () => ({ body: { password } }),
  addPasskey: () => ({ body: { name: "p", response: webAuthn } }),
  renamePasskey: () => ({ body: { name: "p" } }),
  createOrganizationService: () => ({ body: { name: "s", permissions: ["organization.read"] } }),
  updateOrganizationService: () => ({ body: { permissions: ["organization.read"] } }),
  createPublisherService: () => ({ body: { name: "s", permissions: ["publisher.read"] } }),
  exchangeEmbedToken: () => ({
    body: { token: "eyJhbGciOiJub25lIiwia2lkIjoieCJ9.e30.c2lnbmF0dXJl" },
  }),
  createEmbedKey: () => ({
    body: { issuer: "Product", publicKey: { kty: "OKP", crv: "Ed25519", x: "A".repeat(43) } },
  }),
  endEmbedKey: () => ({ body: { endsAt: "2099-01-01T00:00:00Z" } }),
  erasePerson: () => ({ body: { person: "nobody@acme.example", confirm: "nobody@acme.example" } }),
  eraseMember: () => ({ body: { person: "nobody@acme.example", confirm: "nobody@acme.example" } }),
  createPublisher: ({ fresh }) => ({ body: { name: fresh, displayName: "Other" } }),
  addWitnessedKey: () => ({
    body: {
      vkey: generateSigningKey("log.example/one").signer.key.text,
      origin: "log.example/one",
    },
  }),
  addPublisherKey: () => ({ body: { publicKey: generateKeyPair().publicKey, label: "l" } }),
  listApps: () => ({ query: { search: "test" } }),
  install: (ids) => ({
    body: {
      app: "test/second",
      version: "1.0.0",
      consent: {
        digest: ids.digest,
        permissions: JSON.parse(ids.consent ?? "[]") as unknown,
      },
      config: { note: "x" },
      secrets: { TOKEN: "v" },
    },
  }),
  suspendInstallation: () => ({ body: { reason: "because" } }),
  putConfig: () => ({ body: { config: { note: "x" } } }),
  putSecret: () => ({ body: { value: "v" } }),
  openView: () => ({ body: { instance: "one" } }),
  listLogs: () => ({ query: { limit: "5" } }),
  searchAudit: (ids) => ({ query: auditQuery(ids) }),
  exportAudit: (ids) => ({ query: { ...auditQuery(ids), format: "csv" } }),
  searchHostAudit: (ids) => ({ query: { ...auditQuery(ids), organization: "acme" } }),
  exportHostAudit: (ids) => ({ query: { ...auditQuery(ids), format: "csv" } }),
  proveAuditConsistency: () => ({ query: { from: "1", to: "2" } }),
  changeMemberRole: () => ({ body: { role: "owner" } }),
  createRole: ({ fresh }) => ({ body: { name: fresh, description: "d", permissions: [] } }),
  changeRole: () => ({ body: { name: "Theirs", description: "d", permissions: [] } }),
  invite: () => ({ body: { email: "guest@acme.example", role: "member" } }),
  describeInvitation: () => ({ body: { token } }),
  joinByInvitation: (ids) => ({ body: { token: ids.invitationToken, name: "New", password } }),
  acceptInvitation: () => ({ body: { token } }),
  addOperator: () => ({ body: { email: "mia@acme.example", role: "support" } }),
  changeOperatorRole: () => ({ body: { role: "admin" } }),
  createOrganization: ({ fresh }) => ({
    body: { slug: fresh, name: "Another", owner: "ada@acme.example" },
  }),
  findPeople: () => ({ query: { search: "ada" } }),
  addPublisherPerson: () => ({ body: { email: "mia@acme.example", role: "developer" } }),
  changePublisherRole: () => ({ body: { role: "owner" } }),
  grantPermission: (ids) => ({ body: { permission: asked, ...terms(ids) } }),
  changeGrant: (ids) => ({ body: terms(ids) }),
  revokeGrant: () => ({ body: { reason: "because" } }),
  getPermissionChanges: () => ({ query: { version: "1.0.0" } }),
  checkOrganizationPolicies: () => ({ body: { text: policyText } }),
  testOrganizationPolicies: () => ({ body: policyCases }),
  tryOrganizationPolicies: () => ({ body: { text: policyText } }),
  explainDecision: (ids) => ({ body: question(ids) }),
  findWhoCan: (ids) => ({ body: { ...question(ids), person: undefined } }),
  checkOperatorPolicies: () => ({ body: { text: policyText } }),
  testOperatorPolicies: () => ({ body: policyCases }),
  tryOperatorPolicies: () => ({ body: { text: policyText } }),
  explainAnyDecision: (ids) => ({ body: question(ids) }),
  saveOrganizationPolicyDraft: ({ revision }) => ({
    body: { text: policyText, revision: Number(revision) },
  }),
  saveOperatorPolicyDraft: ({ revision }) => ({
    body: { text: policyText, revision: Number(revision) },
  }),
  publishOrganizationPolicies: (ids) => ({ body: publishing(ids) }),
  publishOperatorPolicies: (ids) => ({ body: publishing(ids) }),
  rollBackOrganizationPolicies: (ids) => ({
    body: { to: 1, version: Number(ids.version), note: "n" },
  }),
  rollBackOperatorPolicies: (ids) => ({ body: { to: 1, version: Number(ids.version), note: "n" } }),
  beginSingleSignOn: () => ({
    body: { email: "mia@acme-people.example", organization: "acme", returnTo: "/apps" },
  }),
  finishSingleSignOn: (ids) => ({
    query: { code: "c", state: ids.state, iss: ids.issuer, error: undefined },
  }),
  putSingleSignOn: (ids) => ({
    body: {
      ...{ issuer: ids.issuer, clientId: "berth", clientSecret: "s", scopes: ["openid"] },
      ...{ defaultRole: "member", externalIdClaim: "sub", roleClaim: "r", groupClaim: "g" },
      roleMappings: [{ value: "v", role: "member" }],
    },
  }),
  addEmailDomain: () => ({ body: { domain: "more.example" } }),
  createGroup: () => ({ body: { name: "g" } }),
  renameGroup: () => ({ body: { name: "Theirs" } }),
  addGroupMember: () => ({ body: { member: "ada@acme.example" } }),
  listScimUsers: () => ({ query: { filter: 'userName eq "ida@acme-people.example"' } }),
  createScimUser: ({ fresh = "" }) => ({ body: scimUser(fresh) }),
  replaceScimUser: () => ({ body: scimUser("ida") }),
  patchScimUser: () => ({
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [
        { op: "replace", path: "displayName", value: "Ida" },
        { op: "replace", path: "externalId", value: "ext-ida" },
        { op: "replace", value: { "name.givenName": "Ida" } },
      ],
    },
  }),
  listScimGroups: () => ({ query: { filter: 'displayName eq "Crew"' } }),
  createScimGroup: (ids) => ({
    body: { displayName: ids.fresh, externalId: ids.fresh, members: [{ value: ids.scimUser }] },
  }),
  replaceScimGroup: (ids) => ({
    body: { displayName: "Crew", externalId: "x", members: [{ value: ids.scimUser }] },
  }),
  patchScimGroup: (ids) => ({
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [
        { op: "replace", path: "displayName", value: "Crew" },
        { op: "add", path: "members", value: [{ value: ids.scimUser }] },
        { op: "remove", path: `members[value eq "${ids.scimUser}"]` },
      ],
    },
  }),
};

/** Parameters that name something else than elsewhere, by route. */
const otherParams: readonly [RegExp, (ids: Ids) => Ids][] = [
  [/Embed/, (ids) => ({ key: ids.embedKey ?? "" })],
  [/PublisherService/, (ids) => ({ service: ids.publisherService ?? "" })],
  [/ServiceKey$/, (ids) => ({ key: ids.serviceKey ?? "" })],
  [/Scim.*Group/, (ids) => ({ id: ids.scimGroup ?? "" })],
  [/Scim.*User/, (ids) => ({ id: ids.scimUser ?? "" })],
  [/PolicyVersion/, () => ({ version: "1" })],
];

export function honestRequest(name: ApiRouteName, path: string, ids: Ids): Input {
  const plain = {
    ...{ organization: "acme", publisher: "test", name: "test-app", version: "1.0.0" },
    secret: "TOKEN",
  };
  const others = otherParams.filter(([pattern]) => pattern.test(name)).map(([, make]) => make(ids));
  const all: Ids = Object.assign({ ...plain, ...ids }, ...others);
  const params = Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, each = ""]) => [each, all[each]]),
  );
  const { body, query } = honest[name]?.(ids) ?? {};
  return { params, query, body };
}

/** What else changes with a leaf, so that the handler comes as far as to ask for it. */
export function adjust(name: ApiRouteName, leaf: string, input: Input): Input {
  const body = input.body as Readonly<Record<string, unknown>>;
  // The person is named twice.
  if (leaf === "body.person" && (name === "erasePerson" || name === "eraseMember")) {
    return { ...input, body: { ...body, confirm: body.person } };
  }
  // With an organization the address is not looked up.
  if (leaf === "body.email" && name === "beginSingleSignOn") {
    return { ...input, body: { ...body, organization: undefined } };
  }
  return input;
}

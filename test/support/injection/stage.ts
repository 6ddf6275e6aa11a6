/**
 * A whole Berth with one of each thing, callers who may do everything in it, a second organization that
 * must be the same afterwards, and a spy on all that is said to the database.
 */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { type ErrorCode, isBerthError } from "@berth/protocol";
import { type ApiRouteName, apiPrefix, type RouteDefinition } from "@berth/protocol/api";
import type { DatabaseKind } from "../databases.ts";
import { type Ids, makeOneOfEach } from "../one-of-each.ts";
import { startScriptedProvider } from "../sign-on/scripted-provider.ts";
import { type StartedBerth, startBerth } from "../start-berth.ts";
import { consentTo } from "../test-app.ts";
import { type StatementSpy, spyOnStatements } from "./statement-spy.ts";
import type { Input } from "./text-leaves.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
}

/** What a route's next request needs, where each one uses it up. */
interface Prepared {
  readonly ids?: Ids;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface InjectionStage extends AsyncDisposable {
  readonly started: StartedBerth;
  readonly spy: StatementSpy;
  readonly ids: Ids;
  /** The headers of one who may do everything, by a session. */
  readonly caller: Readonly<Record<"cookie" | "origin", string>>;
  /** Makes ready what the route's next request uses up. */
  prepare(name: ApiRouteName): Promise<Prepared>;
  /** As a caller who may: signed in, the directory where it is the directory's, nobody where it is public. */
  send(
    name: ApiRouteName,
    definition: RouteDefinition,
    input: Input,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

const app = (id: string) => ({
  manifest: {
    id,
    server: {
      entry: "server.js",
      secrets: [{ name: "TOKEN", description: "Kept.", optional: true }],
      config: {
        type: "object",
        properties: { note: { type: "string" } },
        additionalProperties: true,
      },
    },
  },
  server: "export default { fetch: () => new Response('ok') };",
});

const query = (values: unknown) =>
  Object.entries((values ?? {}) as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join("&");

export async function openInjectionStage(database: DatabaseKind): Promise<InjectionStage> {
  const provider = await startScriptedProvider();
  const spy = spyOnStatements();
  const started = await startBerth({
    ...{ database, apps: [app("test-app")] },
    // So that each request comes from an address of its own, and no bound for one address is met.
    berth: { trustedProxies: ["127.0.0.1"], egress: { allowPrivate: ["127.0.0.1"] } },
  });
  const { berth, admin, adminId, publisher } = started;
  const { identity } = berth;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let requests = 0;

  async function ask(
    method: string,
    target: string,
    init: { headers: Readonly<Record<string, string>>; body?: unknown },
  ): Promise<Answer & { readonly cookie: string }> {
    requests += 1;
    const address = `198.18.${(requests >> 8) & 255}.${requests & 255}`;
    const body = init.body === undefined ? undefined : JSON.stringify(init.body);
    const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
      const sent = httpRequest(
        {
          ...{ agent, host: "127.0.0.1", port: berth.port, method, path: `${apiPrefix}${target}` },
          headers: {
            ...{ "x-forwarded-for": address, "content-type": "application/json" },
            ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
            ...init.headers,
          },
        },
        resolve,
      );
      sent.on("error", reject);
      sent.end(body);
    });
    const text = (await buffer(response)).toString();
    const cookie = (response.headers["set-cookie"] ?? [])
      .map((line) => line.split(";")[0])
      .join("; ");
    const isJson = /json/.test(response.headers["content-type"] ?? "");
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
      cookie,
    };
  }

  const { origin } = berth;
  const signIn = async (personId: string) => {
    const { token } = await identity.createSignInLink(personId);
    const { cookie } = await ask("POST", "/session/link", { headers: { origin }, body: { token } });
    return { cookie, origin };
  };
  const host = await identity.createPerson({
    name: "Host",
    email: "host@host.example",
    operatorRole: "admin",
  });
  const mia = await identity.createPerson({ name: "Mia", email: "mia@acme.example" });
  const asHost = await signIn(host.id);
  await ask("POST", "/operators", {
    headers: asHost,
    body: { email: "ada@acme.example", role: "admin" },
  });
  const asAda = await signIn(adminId);
  await started.addOrganization("globex");
  const organization = await identity.findOrganization("acme");
  await identity.addMember({
    organizationId: organization?.id ?? "",
    personId: mia.id,
    role: "member",
  });
  const named = await makeOneOfEach(started);
  const second = await publisher.publish(app("second"));
  const acme = { params: { organization: "acme" } };
  const make = async (
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = asAda,
  ) => {
    const answer = await ask("POST", path, { headers, body });
    if (answer.status !== 201) throw new Error(`POST ${path} was answered ${answer.text}`);
    return answer.body as Readonly<Record<"id" | "secret", string>>;
  };
  const service = await make("/publishers/test/service-principals", {
    name: "ci",
    permissions: ["publisher.read"],
  });
  const serviceKey = await make(`/organizations/acme/service-principals/${named.service}/keys`, {});
  const embedKey = await make("/embed/keys", {
    issuer: "Product",
    publicKey: { kty: "OKP", crv: "Ed25519", x: publisherKey(publisher.keys.publicKey) },
  });
  const directory = await make("/organizations/acme/provisioning/tokens", { name: "directory" });
  const asDirectory = { authorization: `Bearer ${directory.secret}` };
  const scimUser = await make(
    "/organizations/acme/scim/v2/Users",
    { userName: "ida@acme-people.example", externalId: "ext-ida" },
    asDirectory,
  );
  const scimGroup = await make(
    "/organizations/acme/scim/v2/Groups",
    { displayName: "Crew" },
    asDirectory,
  );
  const { members } = await admin.call("listMembers", acme);
  const member = members.find(({ person }) => person.id === mia.id)?.id ?? "";
  await ask("PUT", "/organizations/acme/single-sign-on", {
    headers: asAda,
    body: { issuer: provider.issuer, clientId: "berth", clientSecret: "s" },
  });
  const { link } = await admin.call("invite", {
    ...acme,
    body: { email: "new@acme.example", role: "member" },
  });
  const ids: Ids = {
    ...{ ...named, member, issuer: provider.issuer },
    consent: JSON.stringify((await consentTo(admin, second)).permissions),
    ...{ digest: second.digest, publisherService: service.id, serviceKey: serviceKey.id },
    ...{ embedKey: embedKey.id, scimUser: scimUser.id, scimGroup: scimGroup.id },
    ...{ invitationToken: link?.split("#token=")[1] ?? "" },
  };

  const place = { params: { organization: "acme", installation: named.installation ?? "" } };
  const dataGrant = async () => {
    const { grants } = await admin.call("listGrants", place);
    return grants.find(({ type }) => type === "data")?.id;
  };
  const preparations: Partial<Record<ApiRouteName, () => Promise<Prepared>>> = {
    async grantPermission() {
      const grant = await dataGrant();
      const reason = "because";
      if (grant)
        await admin.call("revokeGrant", { params: { ...place.params, grant }, body: { reason } });
      return {};
    },
    async revokeGrant() {
      const permission = { type: "data", resource: "*", actions: ["read", "write"] };
      const grant =
        (await dataGrant()) ??
        (await admin.call("grantPermission", { ...place, body: { permission } })).id;
      return { ids: { grant } };
    },
    async suspendInstallation() {
      await admin.call("resumeInstallation", place).catch(onlyWhen("INSTALLATION_STATE"));
      return {};
    },
    async finishSingleSignOn() {
      const begun = await ask("POST", "/single-sign-on", {
        headers: { origin },
        body: { organization: "acme" },
      });
      const { url } = begun.body as { url: string };
      return {
        ids: { state: new URL(url).searchParams.get("state") ?? "" },
        headers: { cookie: begun.cookie },
      };
    },
    saveOrganizationPolicyDraft: () => edited("/organizations/acme/policies"),
    saveOperatorPolicyDraft: () => edited("/policies"),
    publishOrganizationPolicies: () => draft("/organizations/acme/policies"),
    publishOperatorPolicies: () => draft("/policies"),
    rollBackOrganizationPolicies: () => published("/organizations/acme/policies"),
    rollBackOperatorPolicies: () => published("/policies"),
  };
  interface Policies {
    readonly current: { readonly version: number } | null;
    readonly draft: { readonly revision: number } | null;
  }
  const policiesAt = async (path: string) =>
    (await ask("GET", path, { headers: asAda })).body as Policies;
  async function draft(path: string): Promise<Prepared> {
    const before = await policiesAt(path);
    const body = { text: "", revision: before.draft?.revision ?? 0 };
    const saved = await ask("PUT", `${path}/draft`, { headers: asAda, body });
    const { revision } = saved.body as { revision: number };
    return { ids: { revision: String(revision), version: String(before.current?.version ?? 0) } };
  }
  async function edited(path: string): Promise<Prepared> {
    const { draft: last } = await policiesAt(path);
    return { ids: { revision: String(last?.revision ?? 0) } };
  }
  async function published(path: string): Promise<Prepared> {
    const { current } = await policiesAt(path);
    return { ids: { version: String(current?.version ?? 0) } };
  }

  return {
    ...{ started, spy, ids, caller: asAda },
    prepare: async (name) => (await preparations[name]?.()) ?? {},
    send(_name, { access, method, path }, { params, query: asked, body }, more = {}) {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, each: string) =>
        encodeURIComponent(String((params as Ids)[each])),
      );
      const search = query(asked);
      const headers = access === "scim" ? asDirectory : access === "public" ? { origin } : asAda;
      return ask(method.toUpperCase(), `${filled}${search === "" ? "" : `?${search}`}`, {
        headers: { ...headers, ...more },
        body,
      });
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await provider[Symbol.asyncDispose]();
      spy[Symbol.dispose]();
      await started[Symbol.asyncDispose]();
    },
  };
}

/** Base64 as a JSON Web Key has it. */
const publisherKey = (base64: string) => Buffer.from(base64, "base64").toString("base64url");

/** Lets pass an error of one code. */
const onlyWhen = (code: ErrorCode) => (error: unknown) => {
  if (!isBerthError(error, code)) throw error;
};

/** A browser, a directory and an administrator in front of the API, for tests of single sign-on. */
import { type BerthClient, createClient } from "@berth/client";
import type { SingleSignOnSettings } from "@berth/protocol/api";
import { createPlatformFetch } from "../../src/gateway/egress/platform-fetch.ts";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin, createTestApi } from "./api.ts";
import type { TestServices } from "./services.ts";

export interface SignOnStage {
  readonly api: Api;
  /** The TXT records that the world has, by name. */
  readonly records: Map<string, string[]>;
  clientOf(apiKey?: string): BerthClient;
  /** A person with an organization of their own, and a key. */
  addOwner(slug: string): Promise<{ readonly personId: string; readonly client: BerthClient }>;
  /** Claims and proves a domain. */
  prove(client: BerthClient, organization: string, domain: string): Promise<void>;
  browser(): TestBrowser;
}

/** Cookies in front of the API, as a browser keeps them. */
export interface TestBrowser {
  readonly cookies: Map<string, string>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** @returns where the provider is asked, or the answer's code */
  begin(body: object): Promise<string>;
  /** Goes where the provider sends the browser back to. @returns where it lands */
  finish(callback: URL): Promise<string>;
}

export const redirectUriOf = (slug: string) =>
  `${consoleOrigin}/api/v1/single-sign-on/${slug}/callback`;

export const settings = (
  more: Partial<SingleSignOnSettings> & Pick<SingleSignOnSettings, "issuer">,
): SingleSignOnSettings => ({
  clientId: "berth",
  scopes: ["openid", "email", "profile"],
  ...{ defaultRole: "member", isJustInTime: true, isEmailTrusted: false, isRequired: false },
  ...{ externalIdClaim: "sub", roleClaim: null, roleMappings: [], groupClaim: null },
  sessionHours: 12,
  ...more,
});

export function createSignOnStage(
  services: TestServices,
  options: { readonly allowPrivate?: readonly string[] } = {},
): SignOnStage {
  const records = new Map<string, string[]>();
  const api = createTestApi(services, {
    signOn: {
      fetch: createPlatformFetch({ allowPrivate: options.allowPrivate ?? ["127.0.0.1"] }),
      resolveTxt: async (name) => records.get(name) ?? [],
    },
  });
  const send: typeof fetch = (input, init) => api.fetch(new Request(input, init));
  const clientOf = (apiKey?: string) =>
    createClient({
      ...{ baseUrl: consoleOrigin, fetch: send },
      ...(apiKey === undefined ? {} : { apiKey }),
    });
  return {
    ...{ api, records, clientOf },
    async addOwner(slug) {
      const { identity } = services;
      const { id } = await identity.createPerson({ name: slug, email: `owner@${slug}.example` });
      await identity.createOrganization({ slug, name: slug, ownerId: id });
      const { secret } = await identity.createApiKey({ personId: id, name: "test" });
      return { personId: id, client: clientOf(secret) };
    },
    async prove(client, organization, domain) {
      const params = { organization, domain };
      const claimed = await client.call("addEmailDomain", {
        params: { organization },
        body: { domain },
      });
      records.set(claimed.recordName, [claimed.recordValue]);
      await client.call("proveEmailDomain", { params });
    },
    browser() {
      const cookies = new Map<string, string>();
      const go = async (path: string, init: RequestInit = {}) => {
        const headers = new Headers(init.headers);
        headers.set("origin", consoleOrigin);
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
        if (cookie !== "") headers.set("cookie", cookie);
        const response = await send(new URL(path, consoleOrigin), { ...init, headers });
        for (const line of response.headers.getSetCookie()) {
          const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          if (/max-age=0/i.test(line)) cookies.delete(name);
          else cookies.set(name, value);
        }
        return response;
      };
      return {
        cookies,
        fetch: go,
        async begin(body) {
          const response = await go("/api/v1/single-sign-on", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          });
          const answer = (await response.json()) as { url?: string; code?: string };
          return answer.url ?? answer.code ?? "";
        },
        async finish(callback) {
          const response = await go(callback.pathname + callback.search);
          return response.headers.get("location") ?? `${response.status}`;
        },
      };
    },
  };
}

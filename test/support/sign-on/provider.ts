/// <reference path="./oidc-provider.d.ts" />
/**
 * A real OpenID provider on loopback (npm `oidc-provider`), with a sign-in page of one field.
 *
 * Whoever's login is typed is signed in: passwords are not what is tested here.
 */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type GrantContext, Provider } from "oidc-provider";
import { createMemoryAdapter } from "oidc-provider/lib/adapters/memory_adapter.js";

/** By login: the claims of an account, `sub` being the login. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The address that shows who signs in, as a browser without scripts goes through it. */
  signIn(authorizationUrl: string, login: string): Promise<URL>;
}

const clientId = "berth";

export async function startTestProvider(options: {
  readonly redirectUris: readonly string[];
  readonly accounts: Accounts;
}): Promise<TestProvider> {
  const clientSecret = randomUUID();
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: clientId, client_secret: clientSecret },
        redirect_uris: [...options.redirectUris],
        ...{ grant_types: ["authorization_code"], response_types: ["code"] },
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", kid: "first" }] },
    cookies: { keys: [randomUUID()] },
    adapter: createMemoryAdapter(0),
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    scopes: ["openid", "email", "profile", "groups"],
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name"],
      groups: ["groups"],
    },
    interactions: {
      url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
    },
    findAccount: (_context: unknown, login: string) => ({
      accountId: login,
      claims: async () => ({ ...options.accounts[login], sub: login }),
    }),
    // Nobody is asked for consent to their own organization's client.
    async loadExistingGrant({ oidc }: GrantContext) {
      const grant = new provider.Grant({
        accountId: oidc.session.accountId,
        clientId: oidc.client.clientId,
      });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return answer(request, response);
    if (request.method === "GET") {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(signInPage);
      return undefined;
    }
    readLogin(request)
      .then((login) =>
        provider.interactionFinished(request, response, { login: { accountId: login } }),
      )
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
    return undefined;
  });

  return {
    ...{ issuer, clientId, clientSecret },
    signIn: (url, login) => walk(new URL(url), login),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const signInPage = `<!doctype html><html lang="en"><title>Test provider</title>
<form method="post"><label>Login <input name="login" autofocus></label><button>Sign in</button></form></html>`;

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function readLogin(request: IncomingMessage): Promise<string> {
  return new URLSearchParams(await text(request)).get("login") ?? "";
}

/** Goes from address to address with cookies, until one is not the provider's. */
async function walk(start: URL, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  let init: RequestInit = {};
  for (let steps = 0; steps < 10; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers(init.headers);
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      url = new URL(location, url);
      init = {};
      if (url.origin !== start.origin) return url;
    } else if (response.status === 200) {
      init = {
        method: "POST",
        body: new URLSearchParams({ login }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      };
    } else {
      throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
    }
  }
  throw new Error("The provider goes in a circle.");
}

/**
 * A provider that says what a test tells it to: keys, metadata and tokens that a real one never gives.
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import { listen } from "./provider.ts";

export interface ScriptedProvider extends AsyncDisposable {
  readonly issuer: string;
  /** What the token address answers next, whatever it is asked. */
  answer(token: { readonly status?: number; readonly body: unknown }): void;
  /** What is published: replaces whole documents. */
  publish(documents: { readonly metadata?: object; readonly keys?: readonly object[] }): void;
  /** Answers every request with this instead; undefined ends that. */
  override(
    answer: { status: number; headers?: Record<string, string>; body: string } | undefined,
  ): void;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const asked: string[] = [];
  let metadata: object = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    code_challenge_methods_supported: ["S256"],
  };
  let keys: readonly object[] = [];
  let token: { readonly status?: number; readonly body: unknown } = { body: {} };
  let override: { status: number; headers?: Record<string, string>; body: string } | undefined;
  server.on("request", (request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    request.resume();
    if (override !== undefined) {
      response.writeHead(override.status, override.headers).end(override.body);
      return;
    }
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (path === "/.well-known/openid-configuration") json(200, metadata);
    else if (path === "/keys") json(200, { keys });
    else if (path === "/token") json(token.status ?? 200, token.body);
    else json(404, {});
  });
  return {
    issuer,
    asked,
    answer(next) {
      token = next;
    },
    publish(documents) {
      metadata =
        documents.metadata === undefined ? metadata : { ...metadata, ...documents.metadata };
      keys = documents.keys ?? keys;
    },
    override(next) {
      override = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As a provider publishes it. */
  readonly jwk: object;
}

export function createSigningKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256" },
  };
}

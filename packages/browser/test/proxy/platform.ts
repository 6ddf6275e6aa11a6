/** A real HTTP server in the platform's place, and a proxy that calls it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Grant, ViewFetch } from "@berth/protocol";
import { onTestFinished } from "vitest";
import { PermissionManager } from "../../src/permissions/permission-manager.ts";
import { APIProxy, type APIProxyOptions } from "../../src/proxy/api-proxy.ts";
import type { APIProxyConfig } from "../../src/proxy/api-proxy-config.ts";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** @param count - of this and all requests before it */
export type Answer = (seen: Seen, response: ServerResponse, count: number) => void;

export interface Platform {
  readonly baseURL: string;
  readonly seen: Seen[];
  proxy(options?: ProxyOptions): { proxy: APIProxy; permissions: PermissionManager };
}

export interface ProxyOptions extends Partial<Omit<APIProxyOptions, "config" | "permissions">> {
  readonly config?: Partial<APIProxyConfig>;
  readonly grants?: readonly Grant[];
}

export const all: Grant = { id: "g", type: "api", resource: "/api/*", actions: ["read", "write"] };

/** Closed when the test is over. */
export async function openPlatform(answer: Answer): Promise<Platform> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body };
      seen.push(one);
      answer(one, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
  return {
    baseURL,
    seen,
    proxy({ config, grants = [all], ...options } = {}) {
      const permissions = new PermissionManager({
        grants,
        ...(options.clock === undefined ? {} : { clock: options.clock }),
      });
      const proxy = new APIProxy({
        config: { baseURL, ...config },
        permissions,
        random: () => 0,
        ...options,
      });
      return { proxy, permissions };
    },
  };
}

export const get = (path: string, headers: ViewFetch["headers"] = []): ViewFetch => ({
  method: "GET",
  path,
  headers,
  body: null,
});
export const post = (path: string): ViewFetch => ({
  method: "POST",
  path,
  headers: [],
  body: "{}",
});

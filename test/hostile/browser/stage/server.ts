/**
 * One HTTP server for the hosts of a test: `localhost` is the product, `*.frames.localhost` serves
 * frames and bundles, `*.apps.localhost` is a function, and any other host is where a view might
 * try to send things. Every request is noted.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  frameBootstrapHash,
  frameContentSecurityPolicy,
  frameDocument,
  htmlProxySource,
} from "@berth/browser/frame";
import {
  htmlConnectionAllowlist,
  htmlContentSecurityPolicy,
  htmlFrameDocument,
} from "@berth/protocol";

export interface SeenRequest {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface StageServer {
  readonly port: number;
  readonly origin: string;
  /** Requests since the last `forget`, in order. */
  readonly requests: readonly SeenRequest[];
  forget(): void;
  /** Serves this text at a path of the product's host. */
  put(path: string, contentType: string, text: string): void;
  /** Answers for the function's host. */
  onFunction(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

export async function openStageServer(): Promise<StageServer> {
  const files = new Map<string, { contentType: string; text: string }>();
  const requests: SeenRequest[] = [];
  let answerFunction = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  };
  const server = createServer((request, response) => {
    const host = request.headers.host ?? "";
    const url = new URL(request.url ?? "/", `http://${host}`);
    requests.push({
      host: url.hostname,
      method: request.method ?? "",
      path: url.pathname,
      authorization: request.headers.authorization,
    });
    if (url.hostname.endsWith(".apps.localhost")) {
      const cors = {
        "access-control-allow-origin": origin,
        "access-control-allow-headers": "authorization, content-type",
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      };
      for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
      if (request.method === "OPTIONS") response.writeHead(204).end();
      else answerFunction(request, response);
      return;
    }
    if (url.hostname.endsWith(".frames.localhost") && url.pathname === "/frame") {
      response.writeHead(200, {
        "content-type": "text/html",
        "content-security-policy": frameContentSecurityPolicy({
          bootstrapHash: frameBootstrapHash,
          hasEngine: url.searchParams.get("engine") === "quickjs",
          frameAncestors: [origin],
        }),
      });
      response.end(frameDocument({ hostOrigin: url.searchParams.get("host") ?? "" }));
      return;
    }
    if (url.hostname.endsWith(".frames.localhost") && url.pathname === "/html") {
      const domains = url.searchParams.getAll("domain");
      response.writeHead(200, {
        "content-type": "text/html",
        "content-security-policy": htmlContentSecurityPolicy({ domains, frameAncestors: [origin] }),
        "connection-allowlist": htmlConnectionAllowlist(domains),
      });
      const hostOrigin = url.searchParams.get("host") ?? "";
      response.end(htmlFrameDocument({ hostOrigin, proxySource: htmlProxySource }));
      return;
    }
    const file = files.get(url.pathname);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": file.contentType,
      "access-control-allow-origin": "*",
    });
    response.end(file.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  return {
    port,
    origin,
    requests,
    forget: () => {
      requests.length = 0;
    },
    put: (path, contentType, text) => {
      files.set(path, { contentType, text });
    },
    onFunction: (handler) => {
      answerFunction = handler;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

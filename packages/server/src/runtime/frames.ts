/**
 * The host of a view's frame: one document that holds nothing but our bootstrap, and the view's
 * module by its digest.
 *
 * Trust: the document is the one place where a view's code could act beyond its worker, so no byte
 * of an app ever stands in it. The page that embeds it is named by the address and must be one of
 * ours; it stands in the document as an attribute, never as script.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  BerthError,
  htmlConnectionAllowlist,
  htmlContentSecurityPolicy,
  htmlFrameDocument,
  isBerthError,
  isServing,
} from "@berth/protocol";
import type { Logger } from "pino";
import type { InstallationDirectory } from "../installation/live.ts";
import type { Clock } from "../storage/ground.ts";
import { sendError } from "./answer.ts";
import type { Hosts } from "./hosts.ts";
import type { ViewBundles } from "./view-bundle.ts";
import { isUnconditional } from "./view-grants.ts";

export interface Frames {
  /** Answers one request to a frame's host. Never rejects. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    installationId: string,
    requestId: string,
  ): Promise<void>;
}

export interface FramesOptions {
  /** The script of the frame's document, as one text without `</script`. */
  readonly bootstrap: string;
  /** The script of the frame before an app's own HTML; without it none is served. */
  readonly htmlProxy?: string;
  readonly bundles: ViewBundles;
  readonly directory: Pick<InstallationDirectory, "findLoaded" | "load">;
  readonly hosts: Pick<Hosts, "allowedOrigins" | "isAllowedOrigin">;
  readonly clock: Clock;
  readonly logger: Logger;
}

const bundlePath = /^\/bundle\/([0-9a-f]{64})\.js$/;
const remotePath = /^\/remote\/([0-9a-f]{64})\/([A-Za-z0-9_@+.\-/]{1,200})$/;
const scriptType = "text/javascript; charset=utf-8";
/** What a page fetches of a federated app's files; anything else is bytes. */
const types: Readonly<Record<string, string>> = Object.freeze({
  js: scriptType,
  mjs: scriptType,
  json: "application/json",
  css: "text/css; charset=utf-8",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  woff2: "font/woff2",
});

/** @throws OPTION_INVALID for a bootstrap that could end its own script element */
export function createFrames(options: FramesOptions): Frames {
  const { bundles, directory, hosts, logger } = options;
  const bootstrap = options.bootstrap.replace(/\r\n?/g, "\n");
  if (/<\/script|<!--/i.test(bootstrap) || bootstrap.includes("\0")) {
    throw new BerthError(
      "OPTION_INVALID",
      "The frame's bootstrap holds </script, <!-- or NUL; build it without.",
      { details: { option: "assets.frameBootstrap" } },
    );
  }
  const hash = createHash("sha256").update(bootstrap).digest("base64");

  /** @param hasEngine - true where the worker runs the metered engine, which is WebAssembly */
  function documentPolicy(hasEngine: boolean): string {
    // A bracketed address is no source expression; the other names of loopback are.
    const ancestors = hosts.allowedOrigins().filter((origin) => !origin.includes("["));
    return [
      "sandbox allow-scripts",
      "default-src 'none'",
      `script-src 'sha256-${hash}'${hasEngine ? " 'wasm-unsafe-eval'" : ""}`,
      "worker-src blob:",
      "child-src blob:",
      "webrtc 'block'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${ancestors.join(" ")}`,
    ].join("; ");
  }

  function askingHost(url: URL): string {
    const host = url.searchParams.get("host");
    if (host !== null && hosts.isAllowedOrigin(host)) return host;
    throw new BerthError(
      "AUTH_ORIGIN_REFUSED",
      `The frame was asked for by ${JSON.stringify(host?.slice(0, 120) ?? "nobody")}; host must be the origin of the product or the console.`,
    );
  }

  async function answerFrame(
    response: ServerResponse,
    url: URL,
    wanted: { readonly installationId: string; readonly requestId: string },
    isHead: boolean,
  ): Promise<void> {
    const host = askingHost(url);
    const hasEngine = url.searchParams.get("engine") === "quickjs";
    if (hasEngine && !(await isMetered(wanted.installationId)))
      throw new BerthError("ROUTE_NOT_FOUND", "There is no app for the metered engine here.");
    // An allowed origin holds no character that means something in HTML.
    const document = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="berth-host" content="${host}"><title>Berth view</title></head><body><script>${bootstrap}</script></body></html>`;
    sendDocument(
      response,
      { document, policy: documentPolicy(hasEngine), allowlist: "()" },
      wanted.requestId,
      isHead,
    );
  }

  async function isMetered(installationId: string): Promise<boolean> {
    const live = directory.findLoaded(installationId) ?? (await directory.load(installationId));
    return (
      live !== undefined && isServing(live.state) && live.manifest.runtime?.engine === "quickjs"
    );
  }

  /** The frame before an app's own HTML: no byte of the app either, but a policy of its grants. */
  async function answerHtmlFrame(
    response: ServerResponse,
    url: URL,
    wanted: { readonly installationId: string; readonly requestId: string },
    isHead: boolean,
  ): Promise<void> {
    const hostOrigin = askingHost(url);
    const { installationId, requestId } = wanted;
    const live = directory.findLoaded(installationId) ?? (await directory.load(installationId));
    const isHtml = live !== undefined && isServing(live.state) && live.manifest.ui.mode === "html";
    if (!isHtml || options.htmlProxy === undefined) {
      throw new BerthError("ROUTE_NOT_FOUND", "There is no app of its own HTML here.");
    }
    bundles.admit(live);
    const now = options.clock.now();
    const domains = live.grants
      .filter(({ type, actions }) => type === "network" && actions.includes("connect"))
      // A policy knows hosts and no conditions.
      .filter((grant) => isUnconditional(grant, now))
      .map(({ resource }) => resource);
    const frameAncestors = hosts.allowedOrigins().filter((origin) => !origin.includes("["));
    const answer = {
      document: htmlFrameDocument({ hostOrigin, proxySource: options.htmlProxy }),
      policy: htmlContentSecurityPolicy({ domains, frameAncestors }),
      allowlist: htmlConnectionAllowlist(domains),
    };
    sendDocument(response, answer, requestId, isHead);
  }

  async function answerBundle(
    request: IncomingMessage,
    response: ServerResponse,
    wanted: {
      readonly installationId: string;
      readonly sha256: string;
      readonly requestId: string;
    },
  ): Promise<void> {
    const { installationId, sha256, requestId } = wanted;
    const live = directory.findLoaded(installationId) ?? (await directory.load(installationId));
    const bundle = live && isServing(live.state) ? await bundles.open(live) : undefined;
    if (bundle === undefined || bundle.sha256 !== sha256) {
      throw new BerthError(
        "ROUTE_NOT_FOUND",
        "There is no such bundle here; open the view again, its release may have changed.",
      );
    }
    sendFile(request, response, { bytes: bundle.bytes, type: scriptType, requestId });
  }

  function sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    file: { readonly bytes: Uint8Array; readonly type: string; readonly requestId: string },
  ): void {
    const { origin } = request.headers;
    const isOurs = origin !== undefined && hosts.isAllowedOrigin(origin);
    response.writeHead(200, [
      ...["content-type", file.type],
      ...["content-length", String(file.bytes.length)],
      ...["content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"],
      ...["cache-control", "public, max-age=31536000, immutable"],
      ...["x-content-type-options", "nosniff"],
      ...["cross-origin-resource-policy", "cross-origin"],
      ...["vary", "origin"],
      ...(isOurs ? ["access-control-allow-origin", origin] : []),
      ...["berth-request-id", file.requestId],
    ]);
    response.end(request.method === "HEAD" ? undefined : file.bytes);
  }

  /** A file of a federated app: the list, by whose digest it is asked for, or one beside or below it. */
  async function answerRemote(
    request: IncomingMessage,
    response: ServerResponse,
    wanted: {
      readonly installationId: string;
      readonly sha256: string;
      readonly path: string;
      readonly requestId: string;
    },
  ): Promise<void> {
    const { installationId, sha256, path, requestId } = wanted;
    const live = directory.findLoaded(installationId) ?? (await directory.load(installationId));
    const list = live && isServing(live.state) ? await bundles.open(live) : undefined;
    const isNamed = live !== undefined && list?.sha256 === sha256;
    const bytes = isNamed ? await bundles.findFile(live, path) : undefined;
    if (bytes === undefined) {
      throw new BerthError(
        "ROUTE_NOT_FOUND",
        "There is no such file of a federated app here; open the view again, its release may have changed.",
      );
    }
    sendFile(request, response, { bytes, type: typeOf(path), requestId });
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    installationId: string,
    requestId: string,
  ): Promise<void> {
    const isHead = request.method === "HEAD";
    const url = URL.parse(request.url ?? "/", "http://frame");
    const isRead = request.method === "GET" || isHead;
    if (isRead && url?.pathname === "/frame") {
      return answerFrame(response, url, { installationId, requestId }, isHead);
    }
    if (isRead && url?.pathname === "/html") {
      return answerHtmlFrame(response, url, { installationId, requestId }, isHead);
    }
    const sha256 = bundlePath.exec(url?.pathname ?? "")?.[1];
    const isScript = request.headers["service-worker"] !== undefined;
    if (isRead && sha256 !== undefined && !isScript) {
      return answerBundle(request, response, { installationId, sha256, requestId });
    }
    const [, listSha256, path] = remotePath.exec(url?.pathname ?? "") ?? [];
    if (isRead && listSha256 !== undefined && path !== undefined && !isScript) {
      const wanted = { installationId, sha256: listSha256, path, requestId };
      return answerRemote(request, response, wanted);
    }
    throw new BerthError(
      "ROUTE_NOT_FOUND",
      "A frame's host serves /frame, /html, /bundle/<sha256>.js and /remote/<sha256>/… only.",
    );
  }

  return {
    async handle(request, response, installationId, requestId) {
      try {
        await answer(request, response, installationId, requestId);
      } catch (error) {
        if (!isBerthError(error)) logger.error({ err: error, requestId }, "a frame request failed");
        sendError({ request, response, requestId }, error);
      }
    },
  };
}

function typeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  const known = Object.hasOwn(types, extension) ? types[extension] : undefined;
  return known ?? "application/octet-stream";
}

function sendDocument(
  response: ServerResponse,
  answer: { readonly document: string; readonly policy: string; readonly allowlist: string },
  requestId: string,
  isHead: boolean,
): void {
  const body = Buffer.from(answer.document);
  response.writeHead(200, [
    ...["content-type", "text/html; charset=utf-8"],
    ...["content-length", String(body.length)],
    ...["content-security-policy", answer.policy],
    ...["cache-control", "no-cache"],
    ...["x-content-type-options", "nosniff"],
    ...["referrer-policy", "no-referrer"],
    ...["cross-origin-resource-policy", "cross-origin"],
    ...["x-dns-prefetch-control", "off"],
    ...["connection-allowlist", answer.allowlist],
    ...["origin-agent-cluster", "?1"],
    ...["permissions-policy", deniedFeatures],
    ...["berth-request-id", requestId],
  ]);
  response.end(isHead ? undefined : body);
}

const deniedFeatures = [
  "accelerometer",
  "bluetooth",
  "camera",
  "clipboard-read",
  "clipboard-write",
  "display-capture",
  "geolocation",
  "gyroscope",
  "hid",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickey-credentials-get",
  "screen-wake-lock",
  "serial",
  "usb",
  "xr-spatial-tracking",
]
  .map((feature) => `${feature}=()`)
  .join(", ");

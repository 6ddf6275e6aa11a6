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
import { sendError } from "./answer.ts";
import type { Hosts } from "./hosts.ts";
import type { ViewBundles } from "./view-bundle.ts";

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
  readonly logger: Logger;
}

const bundlePath = /^\/bundle\/([0-9a-f]{64})\.js$/;

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

  function documentPolicy(): string {
    // A bracketed address is no source expression; the other names of loopback are.
    const ancestors = hosts.allowedOrigins().filter((origin) => !origin.includes("["));
    return [
      "sandbox allow-scripts",
      "default-src 'none'",
      `script-src 'sha256-${hash}'`,
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

  function answerFrame(
    response: ServerResponse,
    url: URL,
    requestId: string,
    isHead: boolean,
  ): void {
    const host = askingHost(url);
    // An allowed origin holds no character that means something in HTML.
    const document = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="berth-host" content="${host}"><title>Berth view</title></head><body><script>${bootstrap}</script></body></html>`;
    sendDocument(
      response,
      { document, policy: documentPolicy(), allowlist: "()" },
      requestId,
      isHead,
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
    const domains = live.grants
      .filter(({ type, actions }) => type === "network" && actions.includes("connect"))
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
    const { origin } = request.headers;
    const isOurs = origin !== undefined && hosts.isAllowedOrigin(origin);
    response.writeHead(200, [
      ...["content-type", "text/javascript; charset=utf-8"],
      ...["content-length", String(bundle.bytes.length)],
      ...["content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"],
      ...["cache-control", "public, max-age=31536000, immutable"],
      ...["x-content-type-options", "nosniff"],
      ...["cross-origin-resource-policy", "cross-origin"],
      ...["vary", "origin"],
      ...(isOurs ? ["access-control-allow-origin", origin] : []),
      ...["berth-request-id", requestId],
    ]);
    response.end(request.method === "HEAD" ? undefined : bundle.bytes);
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
    if (isRead && url?.pathname === "/frame") return answerFrame(response, url, requestId, isHead);
    if (isRead && url?.pathname === "/html") {
      return answerHtmlFrame(response, url, { installationId, requestId }, isHead);
    }
    const sha256 = bundlePath.exec(url?.pathname ?? "")?.[1];
    const isScript = request.headers["service-worker"] !== undefined;
    if (isRead && sha256 !== undefined && !isScript) {
      return answerBundle(request, response, { installationId, sha256, requestId });
    }
    throw new BerthError(
      "ROUTE_NOT_FOUND",
      "A frame's host serves /frame, /html and /bundle/<sha256>.js only.",
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

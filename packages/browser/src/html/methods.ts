/**
 * What the host answers an app's own HTML, by method name: MCP Apps' methods, and beside them what
 * a strict view's host answers, under `berth/`.
 *
 * Trust: every parameter is hostile until parsed here. What needs a grant is decided here, before
 * anything is done; what a view calls of its function or a capability, where it is called.
 */
import {
  type AccessRequest,
  BerthError,
  type HostApi,
  type McpContentBlock,
  mcpAppsVersion,
  mcpDisplayModeSchema,
  mcpInitializeSchema,
  mcpMessageSchema,
  mcpModelContextSchema,
  mcpOpenLinkSchema,
  mcpResourceReadSchema,
  mcpToolCallSchema,
  platformVersion,
  type ViewCall,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { createRateWindow } from "../proxy/rate-window.ts";
import { parse } from "../sandbox/host-api.ts";
import type { HtmlHost } from "./html-host.ts";

/** @throws BerthError, whose code and message the app is told */
export type HtmlMethod = (params: unknown, signal: AbortSignal) => unknown;

export interface HtmlMethodsOptions {
  readonly host: HtmlHost;
  /** The methods of a strict view's host, parsing and bounded. */
  readonly api: HostApi;
  /** A capability call on the app's behalf: of the page's own, or of the app's gateway. */
  readonly call: (request: ViewCall, signal: AbortSignal) => Promise<unknown>;
  /** Decides and records. @throws BerthError PERMISSION_DENIED */
  readonly require: (request: AccessRequest) => void;
  readonly context: () => Readonly<Record<string, unknown>>;
  /** Granted domains, as the app is told of them. */
  readonly domains: readonly string[];
  readonly clock: Clock;
}

/** Of what disturbs a user: links opened, things said. */
const maxDisturbancesPerMinute = 20;

export function createHtmlMethods(options: HtmlMethodsOptions): ReadonlyMap<string, HtmlMethod> {
  const { host, api, call, require } = options;
  const disturbances = createRateWindow(maxDisturbancesPerMinute, 60_000, options.clock);
  const methods: Record<string, HtmlMethod | undefined> = {
    ping: () => ({}),
    "ui/initialize": (params) => {
      parse("ui/initialize", mcpInitializeSchema, params);
      return {
        protocolVersion: mcpAppsVersion,
        hostInfo: { name: "Berth", version: platformVersion },
        hostCapabilities: capabilitiesOf(options),
        hostContext: options.context(),
      };
    },
    "ui/request-display-mode": (params) => {
      parse("ui/request-display-mode", mcpDisplayModeSchema, params);
      return { mode: "inline" };
    },
    "tools/call": async (params, signal) => {
      const { name, arguments: given = {} } = parse("tools/call", mcpToolCallSchema, params);
      require({ type: "tool", resource: name, action: "execute" });
      const args = { name, arguments: given };
      return toolResultOf(await call({ capability: "tools", method: "call", args }, signal));
    },
    "resources/read": async (params, signal) => {
      const { uri } = parse("resources/read", mcpResourceReadSchema, params);
      require({ type: "document", resource: resourceOfUri(uri), action: "read" });
      return await call({ capability: "resources", method: "read", args: { uri } }, signal);
    },
    "ui/open-link":
      host.openLink &&
      (async (params) => {
        const { url } = parse("ui/open-link", mcpOpenLinkSchema, params);
        const address = httpsAddress(url);
        require({ type: "ui", resource: "open-link", action: "show" });
        disturbances.enter();
        await host.openLink?.(address);
        return {};
      }),
    "ui/message":
      host.message &&
      (async (params) => {
        const { content } = parse("ui/message", mcpMessageSchema, params);
        disturbances.enter();
        await host.message?.(blocksOf(content));
        return {};
      }),
    "ui/update-model-context":
      host.updateModelContext &&
      (async (params) => {
        const given = parse("ui/update-model-context", mcpModelContextSchema, params);
        const content = given.content === undefined ? [] : blocksOf(given.content);
        await host.updateModelContext?.({ content, structuredContent: given.structuredContent });
        return {};
      }),
    "berth/fetch": (params) => api.fetch(params as Parameters<HostApi["fetch"]>[0]),
    "berth/call": (params) => api.call(params as Parameters<HostApi["call"]>[0]),
    "berth/save-view-state": (params) => api.saveViewState(params),
    "berth/navigate": (params) => api.navigate((params as { path: string }).path),
  };
  return new Map(
    Object.entries(methods).flatMap(([name, method]) => (method ? [[name, method]] : [])),
  );
}

function capabilitiesOf({ host, domains }: HtmlMethodsOptions): Readonly<Record<string, unknown>> {
  const origins = domains.map((domain) => `https://${domain}`);
  return {
    ...(host.openLink ? { openLinks: {} } : {}),
    ...(host.message ? { message: { text: {} } } : {}),
    ...(host.updateModelContext ? { updateModelContext: { text: {}, structuredContent: {} } } : {}),
    serverTools: {},
    serverResources: {},
    logging: {},
    sandbox: { csp: { connectDomains: origins, resourceDomains: origins } },
  };
}

function blocksOf(content: McpContentBlock | McpContentBlock[]): readonly McpContentBlock[] {
  return Array.isArray(content) ? content : [content];
}

/** @throws BerthError REQUEST_INVALID */
function httpsAddress(url: string): string {
  const address = URL.parse(url);
  if (address?.protocol === "https:" && address.username === "" && address.password === "")
    return address.href;
  throw new BerthError(
    "REQUEST_INVALID",
    `${JSON.stringify(url.slice(0, 80))} cannot be opened; a link starts with https:// and holds no password.`,
  );
}

/**
 * The resource that a grant is decided on: `docs://guide/install` is `docs/guide/install`. Refused
 * is whatever a pattern could not tell from something else.
 *
 * @throws BerthError REQUEST_INVALID
 */
function resourceOfUri(uri: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/([!-~]+)$/.exec(uri) ?? [];
  const segments = rest.split("/");
  const isPlain = segments.every(
    (part) => !["", ".", ".."].includes(part) && !/[%\\?#*]/.test(part),
  );
  if (scheme !== "" && isPlain) return `${scheme}/${rest}`;
  throw new BerthError(
    "REQUEST_INVALID",
    `${JSON.stringify(uri.slice(0, 80))} cannot be read; expected an address such as docs://guide/install, without escapes or a query.`,
  );
}

/** A tool that answers in its own shape is put into the contract's. */
function toolResultOf(answer: unknown): unknown {
  if (Array.isArray((answer as { content?: unknown } | null)?.content)) return answer;
  const isObject = typeof answer === "object" && answer !== null && !Array.isArray(answer);
  return {
    content: [{ type: "text", text: JSON.stringify(answer ?? null) }],
    ...(isObject ? { structuredContent: answer } : {}),
  };
}

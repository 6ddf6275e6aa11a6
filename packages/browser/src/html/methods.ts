/**
 * What the host answers an app's own HTML, by method name: MCP Apps' methods, and beside them what
 * a strict view's host answers, under `berth/`.
 *
 * Trust: every parameter is hostile until parsed here. What the page itself does is decided here,
 * before anything is done; a call of a capability, tools and resources among them, where it is made:
 * an app may call the same one by `berth/call`.
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
import type { DisplayMode, HtmlHost } from "./html-host.ts";

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
  /** Has the page show the app so; resolves with how it shows it from then on. */
  readonly changeDisplayMode: (wanted: string) => Promise<DisplayMode>;
  /** Granted domains, as the app is told of them. */
  readonly domains: readonly string[];
  readonly clock: Clock;
}

/** Of what disturbs a user: links opened, things said, the app made larger or smaller. */
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
    "ui/request-display-mode": async (params) => {
      const { mode } = parse("ui/request-display-mode", mcpDisplayModeSchema, params);
      disturbances.enter();
      return { mode: await options.changeDisplayMode(mode) };
    },
    "tools/call": async (params, signal) => {
      const { name, arguments: given = {} } = parse("tools/call", mcpToolCallSchema, params);
      const args = { name, arguments: given };
      return toolResultOf(await call({ capability: "tools", method: "call", args }, signal));
    },
    "resources/read": async (params, signal) => {
      const { uri } = parse("resources/read", mcpResourceReadSchema, params);
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
    "berth/navigate": (params) => {
      const { path, isReplaced } = (params ?? {}) as { path?: unknown; isReplaced?: unknown };
      return api.navigate({ route: path as string, isReplaced: isReplaced === true });
    },
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

/** A tool that answers in its own shape is put into the contract's. */
function toolResultOf(answer: unknown): unknown {
  if (Array.isArray((answer as { content?: unknown } | null)?.content)) return answer;
  const isObject = typeof answer === "object" && answer !== null && !Array.isArray(answer);
  return {
    content: [{ type: "text", text: JSON.stringify(answer ?? null) }],
    ...(isObject ? { structuredContent: answer } : {}),
  };
}

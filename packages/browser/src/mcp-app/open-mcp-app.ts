/**
 * Shows an MCP server's own page (`ui://…`) as an app of its own HTML: reads it through the page's
 * MCP client, and makes the source that `AppRuntimeManager.load` takes.
 *
 * Trust: the server and its page are strangers. The page reaches no domain that the host has not
 * granted, calls no tool but those which its own server lists for apps, and no other server at all:
 * there is one client, and it is that server's.
 */
import {
  type AppManifest,
  BerthError,
  type Grant,
  isPlainLine,
  isSlug,
  type McpTool,
  parseMcpUiPage,
} from "@berth/protocol";
import type { HtmlHost } from "../html/html-host.ts";
import type { ViewSurface } from "../html/html-surface.ts";
import type { AppSource, LocalCapabilities } from "../runtime/app-source.ts";
import type { FrameSource } from "../sandbox/frame.ts";
import { type AskedDomains, askedDomainsOf } from "./asked-domains.ts";
import type { McpCallOptions, McpClient } from "./mcp-client.ts";
import { htmlOf } from "./page-text.ts";
import { getShownTool, readServerTools } from "./server-tools.ts";

export interface OpenMcpAppOptions {
  readonly client: McpClient;
  /**
   * By what the page knows this server: lower-case letters, digits and dashes. What the app keeps in
   * the page is kept below it, so that no server finds another's.
   */
  readonly server: string;
  /** The tool whose page is shown. */
  readonly tool: string;
  /**
   * Which of the domains that the page asks for it may reach, directly and unmetered; asked only
   * when there are some. Default: none.
   */
  readonly grantDomains?: (asked: AskedDomains) => readonly string[] | Promise<readonly string[]>;
  /** Whether the app may call a tool that its server lists for apps. Default: each of them. */
  readonly allowTool?: (tool: McpTool) => boolean | Promise<boolean>;
  /**
   * Which of its server's resources the app may read, as `document` patterns: `docs/*` is
   * `docs://…`. Default: all of them.
   */
  readonly readable?: readonly string[];
  /** What the page does for the app; see `HtmlHost`. What is left out is refused to it. */
  readonly host?: Omit<HtmlHost, "tool">;
  /** Default: a srcdoc frame. */
  readonly frame?: FrameSource;
  /** Calls of tools and reads of resources; further ones are refused. Default 120. */
  readonly callsPerMinute?: number;
  /** Default 5 MiB. */
  readonly maxHtmlBytes?: number;
  readonly signal?: AbortSignal;
}

export interface McpApp {
  /** For `AppRuntimeManager.load`. */
  readonly source: AppSource;
  /** The tool that it shows. */
  readonly tool: McpTool;
  /** What the app may call. */
  readonly callable: readonly McpTool[];
  readonly asked: AskedDomains;
  readonly grantedDomains: readonly string[];
  /**
   * Calls the tool and has the app show it: its arguments, then what was answered, or that it was
   * cancelled. Resolves with the answer.
   *
   * @throws whatever the client throws; the app is told that the call was cancelled
   */
  call(
    surface: ViewSurface,
    args: Readonly<Record<string, unknown>>,
    options?: McpCallOptions,
  ): Promise<unknown>;
}

const defaultCallsPerMinute = 120;
const defaultMaxHtmlBytes = 5_242_880;

/**
 * @throws BerthError VIEW_LOAD_FAILED for a tool or a page that cannot be shown; OPTION_INVALID;
 *   and whatever the client throws
 */
export async function openMcpApp(options: OpenMcpAppOptions): Promise<McpApp> {
  const { client, server, readable = ["*"], host = {}, frame = { srcdoc: true } } = options;
  if (!isSlug(server))
    throw new BerthError(
      "OPTION_INVALID",
      `server is ${JSON.stringify(server.slice(0, 80))}; expected lower-case letters, digits and dashes, such as budget-tools.`,
      { details: { option: "server" } },
    );
  const within = options.signal === undefined ? {} : { signal: options.signal };
  const tools = await readServerTools(client, within);
  const tool = getShownTool(tools, { name: options.tool, server });
  const uri = tool.uiResource;
  const page = parseMcpUiPage(await client.readResource({ uri }, within), uri);
  const html = htmlOf(page, uri, options.maxHtmlBytes ?? defaultMaxHtmlBytes);
  const callable = await allowedTools(tools, options);
  const asked = askedDomainsOf(page);
  const grantedDomains = await granted(asked, options);
  options.signal?.throwIfAborted();
  const source: AppSource = {
    manifest: manifestOf(tool, options),
    bundle: { code: html },
    frame,
    // The product's own API is not a stranger's to call.
    api: null,
    grants: grantsOf({ callable, grantedDomains, readable, host }),
    capabilities: capabilitiesOf(client, server, callable),
    html: { ...host, tool: tool.definition },
  };
  return {
    source,
    tool,
    callable,
    asked,
    grantedDomains,
    async call(surface, args, callOptions = {}) {
      surface.toolInput(args);
      try {
        const answer = await client.callTool(
          { name: tool.name, arguments: { ...args } },
          callOptions,
        );
        surface.toolResult(resultOf(answer, server, tool.name));
        return answer;
      } catch (error) {
        surface.toolCancelled(
          callOptions.signal?.aborted ? "It was cancelled." : "The call failed.",
        );
        throw error;
      }
    },
  };
}

async function allowedTools(
  tools: readonly McpTool[],
  { allowTool = () => true }: OpenMcpAppOptions,
): Promise<readonly McpTool[]> {
  const allowed: McpTool[] = [];
  for (const tool of tools) if (tool.isForApps && (await allowTool(tool))) allowed.push(tool);
  return allowed;
}

/** What the host names and the page did not ask for is no grant. */
async function granted(
  asked: AskedDomains,
  { grantDomains }: OpenMcpAppOptions,
): Promise<readonly string[]> {
  if (grantDomains === undefined || asked.domains.length === 0) return [];
  const named = new Set(await grantDomains(asked));
  return asked.domains.map(({ domain }) => domain).filter((domain) => named.has(domain));
}

function manifestOf(tool: McpTool, options: OpenMcpAppOptions): AppManifest {
  const { title, description } = tool.definition;
  const id = tool.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60);
  return {
    id: isSlug(id) ? id : "mcp-app",
    publisher: options.server,
    name: lineOf(title, 60) ?? tool.name.slice(0, 60),
    version: "1.0.0",
    description: lineOf(description, 1_000) ?? `Shows the tool ${tool.name}.`,
    entryPoint: "mcp-app.html",
    security: { sandboxLevel: "moderate" },
    ui: { mode: "html" },
    resources: { apiCalls: options.callsPerMinute ?? defaultCallsPerMinute },
  };
}

function lineOf(given: unknown, maxLength: number): string | undefined {
  const text = typeof given === "string" ? given.trim().slice(0, maxLength) : "";
  return text !== "" && isPlainLine(text) ? text : undefined;
}

/** What the host does for an app by a callback is granted by that; all of it can be revoked. */
function grantsOf(given: {
  readonly callable: readonly McpTool[];
  readonly grantedDomains: readonly string[];
  readonly readable: readonly string[];
  readonly host: Omit<HtmlHost, "tool">;
}): readonly Grant[] {
  const { host } = given;
  const modes = host.requestDisplayMode === undefined ? [] : (host.displayModes ?? []);
  return [
    ...given.callable.map(({ name }) => grant("tool", name, "execute")),
    ...given.grantedDomains.map((domain) => grant("network", domain, "connect")),
    ...given.readable.map((pattern) => grant("document", pattern, "read")),
    ...(host.openLink === undefined ? [] : [grant("ui", "open-link", "show")]),
    ...modes.filter((mode) => mode !== "inline").map((mode) => grant("ui", mode, "show")),
  ];
}

function grant(type: Grant["type"], resource: string, action: Grant["actions"][number]): Grant {
  return { id: `${type}:${resource}`, type, resource, actions: [action] };
}

/** Reached only with a grant; what is not callable is refused here once more. */
function capabilitiesOf(
  client: McpClient,
  server: string,
  callable: readonly McpTool[],
): LocalCapabilities {
  const names = new Set(callable.map(({ name }) => name));
  return {
    tools: {
      async call(given, signal) {
        const { name, arguments: args } = given as { name: string; arguments?: object };
        if (!names.has(name))
          throw new BerthError(
            "PERMISSION_DENIED",
            `The server ${server} has no tool ${JSON.stringify(name)} for its apps.`,
          );
        try {
          const answer = await client.callTool({ name, arguments: { ...args } }, { signal });
          return resultOf(answer, server, name);
        } catch (cause) {
          throw told(cause, `The server ${server} did not answer the call of ${name}`);
        }
      },
    },
    resources: {
      async read(given, signal) {
        const { uri } = given as { uri: string };
        try {
          return await client.readResource({ uri }, { signal });
        } catch (cause) {
          throw told(cause, `The server ${server} did not answer with ${uri.slice(0, 120)}`);
        }
      },
    },
  };
}

/** What the server itself said, its app may hear; what our own connection says stays here. */
function told(cause: unknown, what: string): BerthError {
  if (cause instanceof BerthError) return cause;
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  const said = typeof code === "number" && typeof message === "string" ? message : undefined;
  const words = said === undefined ? `${what}.` : `${what}: ${said.slice(0, 500)}`;
  return new BerthError("UNAVAILABLE", words, { cause });
}

/** @throws BerthError UNAVAILABLE for an answer that no app could read */
function resultOf(answer: unknown, server: string, tool: string): Record<string, unknown> {
  if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return { ...answer };
  throw new BerthError("UNAVAILABLE", `What the server ${server} answers to ${tool} is no result.`);
}

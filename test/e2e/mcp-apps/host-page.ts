/**
 * Runs in a product's page: it has connected to an MCP server by the official SDK's client, and shows
 * that server's own page through `@berth/browser`. Everything handed out is JSON.
 */
import { AppRuntimeManager, type DisplayMode } from "@berth/browser";
import { type McpApp, type McpClient, openMcpApp } from "@berth/browser/mcp-app";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** What a server of the test's own answers; each is a server's word, and hostile. */
export interface ScriptedServer {
  readonly tools: readonly unknown[];
  readonly page: unknown;
  readonly html?: string;
}

export interface OpenedApp {
  readonly asked: McpApp["asked"];
  readonly granted: readonly string[];
  readonly callable: readonly string[];
}

export interface Failure {
  readonly code: string;
  readonly message: string;
}

const seen: { kind: string; text: string }[] = [];
const manager = new AppRuntimeManager({ apiProxyConfig: { baseURL: location.origin } });
manager.on("violation", ({ error }) => seen.push({ kind: "violation", text: error.code }));
manager.on("error", ({ error }) => seen.push({ kind: "error", text: error.message }));
manager.on("message", (event) => {
  if (event.kind === "log") seen.push({ kind: "log", text: event.entry.message });
});
const place = document.createElement("main");
place.style.cssText = "inline-size:720px;block-size:640px";
document.body.append(place);
let opened: McpApp | undefined;
let release: (() => void) | undefined;

const failureOf = (error: unknown): Failure => {
  const { code, message } = error as Partial<Failure>;
  return { code: String(code ?? "none"), message: message ?? String(error) };
};

interface ShowOptions {
  readonly grants?: readonly string[];
  readonly callsPerMinute?: number;
  readonly maxHtmlBytes?: number;
  readonly readable?: readonly string[];
  readonly displayModes?: readonly DisplayMode[];
}

async function show(
  client: McpClient,
  server: string,
  tool: string,
  options: ShowOptions = {},
): Promise<OpenedApp> {
  const { grants = [], displayModes, ...bounds } = options;
  if (opened !== undefined) await mcpControls.close();
  opened = await openMcpApp({
    client,
    server,
    tool,
    grantDomains: () => grants,
    host: {
      openLink: (url) => void seen.push({ kind: "link", text: url }),
      message: (content) => void seen.push({ kind: "said", text: JSON.stringify(content) }),
      updateModelContext: ({ content }) =>
        void seen.push({ kind: "model", text: JSON.stringify(content) }),
      ...(displayModes === undefined
        ? {}
        : { displayModes, requestDisplayMode: (mode: DisplayMode) => mode }),
    },
    ...bounds,
  });
  const handle = await manager.load("app", opened.source);
  release = handle.surface?.attach(place);
  await manager.start("app");
  return {
    asked: opened.asked,
    granted: opened.grantedDomains,
    callable: opened.callable.map(({ name }) => name),
  };
}

const clientOf = ({ tools, page, html }: ScriptedServer): McpClient => ({
  listTools: async () => ({ tools }),
  callTool: async ({ name }) => {
    seen.push({ kind: "call", text: name });
    return { content: [{ type: "text", text: `${name} ran` }] };
  },
  readResource: async ({ uri }) => ({
    contents: [
      {
        uri,
        mimeType: "text/html;profile=mcp-app",
        ...(html === undefined ? {} : { text: html }),
        ...(page as object),
      },
    ],
  }),
});

export const mcpControls = {
  seen,
  /** Connects to an example's server and shows the page of one of its tools. */
  async show(server: string, tool: string, options?: ShowOptions): Promise<OpenedApp> {
    const client = new Client({ name: "Product", version: "1.0.0" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`/mcp/${server}`, location.href)),
    );
    return show(client, server, tool, options);
  },
  async showScripted(server: ScriptedServer, options?: ShowOptions): Promise<OpenedApp | Failure> {
    try {
      return await show(clientOf(server), "scripted", "show", options);
    } catch (error) {
      return failureOf(error);
    }
  },
  /** The host calls the tool, as a conversation would; resolves with what it answered. */
  async call(args: Record<string, unknown>): Promise<unknown> {
    const surface = manager.get("app")?.surface;
    if (opened === undefined || surface === undefined) throw new Error("Nothing is shown.");
    return opened.call(surface, args);
  },
  async close(): Promise<void> {
    await manager.unload("app");
    release?.();
    opened = undefined;
  },
  setTheme: (theme: "light" | "dark"): void => {
    document.documentElement.style.colorScheme = theme;
    manager.setContext({ theme });
  },
  setDisplayMode: (mode: DisplayMode): void => manager.get("app")?.surface?.setDisplayMode(mode),
  revoke: (id: string): boolean => manager.get("app")?.permissions.revoke(id) ?? false,
  state: (): string => manager.get("app")?.state ?? "absent",
  frames: (): number => document.querySelectorAll("iframe").length,
  frameHeight: (): number => document.querySelector("iframe")?.getBoundingClientRect().height ?? 0,
};

declare global {
  var mcp: typeof mcpControls;
}
globalThis.mcp = mcpControls;

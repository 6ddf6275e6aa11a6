import { type McpToolPage, parseManifest } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import type { ViewSurface } from "../../src/html/html-surface.ts";
import { HtmlSurface } from "../../src/html/html-surface.ts";
import { type McpClient, type OpenMcpAppOptions, openMcpApp } from "../../src/mcp-app/index.ts";

const uri = "ui://board/main.html";
const tool = (name: string, ui: object = { resourceUri: uri }, more: object = {}) => ({
  name,
  inputSchema: { type: "object" },
  _meta: { ui },
  ...more,
});

/** A server's answers, as a client hands them on: whatever they are. */
interface Server {
  readonly pages?: readonly unknown[];
  readonly tools?: readonly unknown[];
  readonly content?: object;
  readonly contents?: unknown;
  readonly answer?: unknown;
}

function clientOf(server: Server, called: unknown[] = []): McpClient {
  const { tools = [tool("show")], pages = [{ tools }], answer = { content: [] } } = server;
  const html = { uri, mimeType: "text/html;profile=mcp-app", text: "<h1>Board</h1>" };
  return {
    listTools: async ({ cursor = "0" } = {}) => pages[Number(cursor)] ?? pages.at(-1),
    callTool: async (given, options) => {
      called.push({ ...given, isSignalled: options?.signal !== undefined });
      if (answer instanceof Error) throw answer;
      return answer;
    },
    readResource: async () => ({ contents: server.contents ?? [{ ...html, ...server.content }] }),
  };
}

const open = (server: Server, options: Partial<OpenMcpAppOptions> = {}) =>
  openMcpApp({ client: clientOf(server), server: "boards", tool: "show", ...options });
const grantsOf = async (server: Server, options?: Partial<OpenMcpAppOptions>) =>
  (await open(server, options)).source.grants.map(({ id }) => id);

describe("opening a server's page", () => {
  it("makes an app of it at the moderate level, under the server's name", async () => {
    const called: unknown[] = [];
    const { source, tool: shown } = await open(
      { tools: [tool("show_Board.v2", undefined, { title: "The board" })] },
      {
        client: clientOf(
          { tools: [tool("show_Board.v2", undefined, { title: "The board" })] },
          called,
        ),
        tool: "show_Board.v2",
      },
    );
    expect(parseManifest(source.manifest)).toMatchObject({
      id: "show-board-v2",
      publisher: "boards",
      name: "The board",
      security: { sandboxLevel: "moderate" },
      ui: { mode: "html" },
      resources: { apiCalls: 120 },
    });
    expect(source).toMatchObject({ bundle: { code: "<h1>Board</h1>" }, frame: { srcdoc: true } });
    expect(source.html?.tool).toMatchObject({
      name: "show_Board.v2",
      inputSchema: { type: "object" },
    });
    expect(shown.uiResource).toBe(uri);
    const args = { name: "show_Board.v2", arguments: { a: 1 } };
    await source.capabilities?.tools?.call?.(args, AbortSignal.timeout(60_000));
    expect(called).toEqual([{ ...args, isSignalled: true }]);
  });

  it("takes titles of a stranger's only where people can read them", async () => {
    const title = "Board\u202e gnp.exe";
    const { source } = await open({ tools: [tool("show", undefined, { title })] });
    expect(source.manifest.name).toBe("show");
    const unnamed = await open({ tools: [tool("___")] }, { tool: "___" });
    expect(unnamed.source.manifest).toMatchObject({ id: "mcp-app", name: "___" });
  });

  it("reads the list of tools to its end, in base64 as in text, and by the older key", async () => {
    const old = { name: "show", _meta: { "ui/resourceUri": uri } };
    const pages: Partial<McpToolPage>[] = [
      { tools: [], nextCursor: "1" },
      { tools: [old] as never, nextCursor: undefined },
    ];
    const blob = Buffer.from("<p>é</p>").toString("base64");
    const { source } = await open({ pages, content: { text: undefined, blob } });
    expect(source.bundle).toEqual({ code: "<p>é</p>" });
  });

  it.each<[string, Server, string]>([
    ["a list that never ends", { pages: [{ tools: [], nextCursor: "0" }] }, "does not end"],
    ["no list at all", { pages: [{ tools: "all" }] }, "no list of tools"],
    ["another tool", { tools: [tool("other")] }, "not in its list; it has: other"],
    ["the tool twice", { tools: [tool("show"), tool("show")] }, "listed twice"],
    ["a tool without a page", { tools: [tool("show", {})] }, "has no page"],
    [
      "a page on the web",
      { tools: [tool("show", { resourceUri: "https://x.example/" })] },
      "begins with ui://",
    ],
    ["another page than was asked for", { content: { uri: "ui://other/x" } }, "was asked for"],
    ["another type", { content: { mimeType: "text/html" } }, "is of the type"],
    ["nothing", { contents: [] }, "cannot be read"],
    ["an empty page", { content: { text: " \n" } }, "is empty"],
    ["no base64", { content: { text: undefined, blob: "%%%" } }, "neither text nor"],
    ["more than fits", { content: { text: "é".repeat(600) } }, "more than 1000 bytes"],
    [
      "more than fits in base64",
      { content: { text: undefined, blob: "A".repeat(2000) } },
      "more than 1000",
    ],
    [
      "sixty domains",
      {
        content: {
          _meta: { ui: { csp: { connectDomains: Array(60).fill("https://a.example") } } },
        },
      },
      "cannot be read",
    ],
  ])("refuses a server that answers %s", async (_what, server, message) => {
    await expect(open(server, { maxHtmlBytes: 1_000 })).rejects.toMatchObject({
      code: "VIEW_LOAD_FAILED",
      message: expect.stringContaining(message),
    });
  });

  it("needs a name for the server, below which it keeps things", async () => {
    await expect(open({}, { server: "../other" })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
  });
});

describe("what it asks to reach", () => {
  const csp = {
    connectDomains: [
      "https://api.example.com",
      "wss://live.example.com:8443/",
      "https://API.example.com",
    ],
    resourceDomains: ["https://*.cdn.example", "https://api.example.com"],
    frameDomains: ["https://player.example"],
  };
  const wide = [
    "*",
    "https:",
    "https://*",
    "https://*.com",
    "http://plain.example",
    "data:",
    "https://a.example; script-src *",
    "'unsafe-eval'",
    "https://a.example/path",
    "https://user@a.example",
    "https://a.example'",
    "//a.example",
    "ftp://a.example",
    "https://[::1]",
  ];
  const serverOf = (given: object): Server => ({ content: { _meta: { ui: { csp: given } } } });

  it("is shown to the host as domains, and granted by nobody but the host", async () => {
    const server = serverOf(csp);
    const { asked, grantedDomains } = await open(server);
    expect(asked).toEqual({
      domains: [
        { domain: "api.example.com", uses: ["connect", "resource"] },
        { domain: "live.example.com:8443", uses: ["connect"] },
        { domain: "*.cdn.example", uses: ["resource"] },
      ],
      refused: ["https://player.example"],
    });
    expect(grantedDomains).toEqual([]);
    const grantDomains = () => ["api.example.com", "never-asked.example"];
    expect(await grantsOf(server, { grantDomains })).toEqual([
      "tool:show",
      "network:api.example.com",
      "document:*",
    ]);
  });

  it("is no domain when it is wide, plain, or more than an origin", async () => {
    const { asked } = await open(serverOf({ connectDomains: wide, resourceDomains: wide }), {
      grantDomains: ({ refused }) => refused,
    });
    expect(asked).toEqual({ domains: [], refused: wide });
  });
});

describe("what it may call", () => {
  const tools = [
    tool("show"),
    tool("for_model", { visibility: ["model"] }),
    tool("for_app", { visibility: ["app"] }),
    tool("destroy"),
    tool("bad name"),
    tool("../other-server/tool"),
    { name: "plain" },
  ];

  it("is what its server lists for apps and the host allows, and no other name", async () => {
    const called: unknown[] = [];
    const app = await open(
      {},
      {
        client: clientOf({ tools }, called),
        allowTool: ({ name }) => name !== "destroy",
        readable: ["docs/*"],
      },
    );
    expect(app.callable.map(({ name }) => name)).toEqual(["show", "for_app", "plain"]);
    expect(app.source.grants.map(({ id }) => id)).toEqual([
      ...["tool:show", "tool:for_app", "tool:plain", "document:docs/*"],
    ]);
    const call = async (name: string) =>
      app.source.capabilities?.tools?.call?.({ name, arguments: {} }, AbortSignal.timeout(60_000));
    for (const name of ["destroy", "for_model", "elsewhere", "constructor"])
      await expect(call(name), name).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(called).toEqual([]);
    await expect(call("for_app")).resolves.toEqual({ content: [] });
  });

  it("is told what its server says of a failed call, and nothing of our connection", async () => {
    const said = async (answer: unknown) =>
      (await open({ answer })).source.capabilities?.tools?.call?.(
        { name: "show" },
        AbortSignal.timeout(60_000),
      );
    const refused = Object.assign(new Error("No such board"), { code: -32_602 });
    await expect(said(refused)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "The server boards did not answer the call of show: No such board",
    });
    const broken = new Error("connect https://internal.example/mcp?key=secret");
    await expect(said(broken)).rejects.toMatchObject({
      message: "The server boards did not answer the call of show.",
    });
    await expect(said("no object")).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("is granted of the page what the page does for it", async () => {
    const host = {
      openLink: () => undefined,
      displayModes: ["inline", "fullscreen"] as const,
      requestDisplayMode: () => "inline" as const,
    };
    expect(await grantsOf({}, { host, readable: [] })).toEqual([
      "tool:show",
      "ui:open-link",
      "ui:fullscreen",
    ]);
  });
});

describe("the host's own call", () => {
  function listenTo(surface: HtmlSurface): string[] {
    const told: string[] = [];
    surface.listen({
      onPlace: () => undefined,
      onDisplayMode: () => undefined,
      onTool: (method, params) =>
        told.push(`${method.split("/").at(-1)} ${JSON.stringify(params)}`),
    });
    return told;
  }

  it("is shown with its arguments, then with what was answered", async () => {
    const surface = new HtmlSurface();
    const told = listenTo(surface);
    const answer = { content: [{ type: "text", text: "done" }], structuredContent: { n: 1 } };
    const app = await open({ answer });
    expect(await app.call(surface satisfies ViewSurface, { board: 7 })).toBe(answer);
    expect(told).toEqual([
      'tool-input {"arguments":{"board":7}}',
      `tool-result ${JSON.stringify(answer)}`,
    ]);
  });

  it("is shown as cancelled when it fails", async () => {
    const surface = new HtmlSurface();
    const told = listenTo(surface);
    const broken = new Error("gone");
    await expect((await open({ answer: broken })).call(surface, {})).rejects.toBe(broken);
    expect(told.at(-1)).toBe('tool-cancelled {"reason":"The call failed."}');
  });
});

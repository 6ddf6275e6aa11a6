/**
 * What an MCP server says of a tool and of the page (`ui://…`) that shows it: MCP Apps of 2026-01-26.
 *
 * Trust: the server is whoever the page's client is connected to. What comes back is hostile until
 * parsed here; members that are not needed are dropped, or carried unread (`definition`).
 *
 * The schemas are made when they are used, so that a page which shows no such app pays nothing.
 */
import * as z from "#schema";
import { BerthError } from "../errors.ts";

/** A tool, as far as a page that shows apps has to know it. */
export interface McpTool {
  readonly name: string;
  /** The address of the page that shows its calls; undefined for a tool without one. */
  readonly uiResource: string | undefined;
  /** False for a tool that the server keeps from apps (`_meta.ui.visibility`). */
  readonly isForApps: boolean;
  /** False for one that is there for apps alone. */
  readonly isForModel: boolean;
  /** As the server sent it; an app is told of its own tool's. */
  readonly definition: Readonly<Record<string, unknown>> & { readonly name: string };
}

export interface McpToolPage {
  readonly tools: readonly McpTool[];
  readonly nextCursor: string | undefined;
}

/** A page of a server's, with what it asks to be let through to. */
export interface McpUiPage {
  /** Its HTML, or that in base64. */
  readonly content: { readonly text: string } | { readonly base64: string };
  /** Origins that it asks to connect to, such as `https://api.example.com`. */
  readonly connectDomains: readonly string[];
  /** Origins that it asks to load scripts, styles, images, fonts and media from. */
  readonly resourceDomains: readonly string[];
  /** Origins that it asks to frame, or to resolve addresses against; no host of ours grants these. */
  readonly otherDomains: readonly string[];
}

/** The media type of a page that speaks MCP Apps. */
export const mcpAppMediaType = "text/html;profile=mcp-app";

const toolName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const maxDomains = 50;

function toolSchema() {
  const ui = z.object({
    resourceUri: z.optional(z.string().check(z.maxLength(2_048))),
    visibility: z.optional(z.array(z.string()).check(z.maxLength(10))),
  });
  return z.looseObject({
    name: z.string().check(z.regex(toolName)),
    _meta: z.optional(
      z.looseObject({ ui: z.optional(ui), "ui/resourceUri": z.optional(z.string()) }),
    ),
  });
}

/**
 * One page of `tools/list`. Tools of a shape or a name that no app could call are left out.
 *
 * @throws BerthError VIEW_LOAD_FAILED for an answer that is no list of tools
 */
export function parseMcpToolPage(answer: unknown): McpToolPage {
  const page = z
    .object({
      tools: z.array(z.unknown()),
      nextCursor: z.optional(z.string().check(z.maxLength(4_096))),
    })
    .safeParse(answer);
  if (!page.success) throw refuse("What it answers to tools/list is no list of tools.");
  const schema = toolSchema();
  const tools = page.data.tools.flatMap((given): McpTool[] => {
    const tool = schema.safeParse(given);
    if (!tool.success) return [];
    const { name, _meta: meta } = tool.data;
    const visibility = meta?.ui?.visibility ?? ["model", "app"];
    return [
      {
        name,
        // The second is how servers of before the contract's first version say it.
        uiResource: meta?.ui?.resourceUri ?? meta?.["ui/resourceUri"],
        isForApps: visibility.includes("app"),
        isForModel: visibility.includes("model"),
        definition: tool.data,
      },
    ];
  });
  return { tools, nextCursor: page.data.nextCursor };
}

/**
 * What `resources/read` answers for such a page.
 *
 * @param uri - the address that was asked for
 * @throws BerthError VIEW_LOAD_FAILED for what is none, or is another than was asked for
 */
export function parseMcpUiPage(answer: unknown, uri: string): McpUiPage {
  const origins = z.optional(
    z.array(z.string().check(z.maxLength(300))).check(z.maxLength(maxDomains)),
  );
  const csp = z.object({
    connectDomains: origins,
    resourceDomains: origins,
    frameDomains: origins,
    baseUriDomains: origins,
  });
  const ui = z.object({ csp: z.optional(csp) });
  const content = z.object({
    uri: z.string(),
    mimeType: z.optional(z.string().check(z.maxLength(200))),
    text: z.optional(z.string()),
    blob: z.optional(z.string()),
    _meta: z.optional(z.object({ ui: z.optional(ui) })),
  });
  const shape = z.object({ contents: z.array(content).check(z.minLength(1), z.maxLength(20)) });
  const read = shape.safeParse(answer);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw refuse(`${quoted(uri)} cannot be read: ${issue?.path.join(".")} ${issue?.message}.`);
  }
  const found = read.data.contents.find((one) => one.uri === uri);
  if (found === undefined)
    throw refuse(
      `${quoted(uri)} was asked for, and ${quoted(read.data.contents[0]?.uri ?? "")} was answered.`,
    );
  const mediaType = (found.mimeType ?? "").toLowerCase().replace(/[\s"]/g, "");
  if (mediaType !== mcpAppMediaType)
    throw refuse(
      `${quoted(uri)} is of the type ${quoted(found.mimeType ?? "")}; expected ${mcpAppMediaType}.`,
    );
  const asked = found._meta?.ui?.csp;
  return {
    content: found.text === undefined ? { base64: found.blob ?? "" } : { text: found.text },
    connectDomains: asked?.connectDomains ?? [],
    resourceDomains: asked?.resourceDomains ?? [],
    otherDomains: [...(asked?.frameDomains ?? []), ...(asked?.baseUriDomains ?? [])],
  };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}

function refuse(message: string): BerthError {
  return new BerthError("VIEW_LOAD_FAILED", message);
}

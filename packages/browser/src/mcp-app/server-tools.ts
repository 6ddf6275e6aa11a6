/** The tools of one MCP server, read to the end of the list or to a bound. */
import { BerthError, type McpTool, parseMcpToolPage } from "@berth/protocol";
import type { McpCallOptions, McpClient } from "./mcp-client.ts";

const maxTools = 1_000;
const maxPages = 100;

/** @throws BerthError VIEW_LOAD_FAILED */
export async function readServerTools(
  client: Pick<McpClient, "listTools">,
  options: McpCallOptions,
): Promise<readonly McpTool[]> {
  const tools: McpTool[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const answer = await client.listTools(cursor === undefined ? {} : { cursor }, options);
    const page = parseMcpToolPage(answer);
    tools.push(...page.tools);
    cursor = page.nextCursor;
    pages += 1;
    if (tools.length > maxTools || pages > maxPages)
      throw new BerthError(
        "VIEW_LOAD_FAILED",
        `The server's list of tools does not end within ${maxTools} tools and ${maxPages} pages.`,
      );
  } while (cursor !== undefined);
  return tools;
}

/** @throws BerthError VIEW_LOAD_FAILED for a tool that is not there, or has no page to show it */
export function getShownTool(
  tools: readonly McpTool[],
  wanted: { readonly name: string; readonly server: string },
): McpTool & { readonly uiResource: string } {
  const { name, server } = wanted;
  // A second tool of one name would be another's to call under the first one's grant.
  const [tool, second] = tools.filter((one) => one.name === name);
  const shown = `The server ${server}'s tool ${JSON.stringify(name.slice(0, 128))}`;
  if (tool === undefined)
    throw new BerthError(
      "VIEW_LOAD_FAILED",
      `${shown} is not in its list; it has: ${
        tools
          .map((one) => one.name)
          .slice(0, 10)
          .join(", ") || "none"
      }.`,
    );
  if (second !== undefined) throw new BerthError("VIEW_LOAD_FAILED", `${shown} is listed twice.`);
  const { uiResource } = tool;
  if (uiResource === undefined || !/^ui:\/\/[!-~]+$/.test(uiResource))
    throw new BerthError(
      "VIEW_LOAD_FAILED",
      `${shown} ${uiResource === undefined ? "has no page (_meta.ui.resourceUri)" : `names ${JSON.stringify(uiResource.slice(0, 120))} as its page; expected an address that begins with ui://`}.`,
    );
  return { ...tool, uiResource };
}

/**
 * What this page needs of an MCP client, and no more: the official SDK's `Client` fits, and so does
 * anything of the page's own that speaks to its backend. One client is one server.
 */

export interface McpCallOptions {
  readonly signal?: AbortSignal;
}

/** Answers are `unknown` on purpose: a server's, and parsed before they are used. */
export interface McpClient {
  listTools(params?: { cursor?: string }, options?: McpCallOptions): Promise<unknown>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: McpCallOptions,
  ): Promise<unknown>;
  readResource(params: { uri: string }, options?: McpCallOptions): Promise<unknown>;
}

export type { AskedDomain, AskedDomains } from "./asked-domains.ts";
export type { McpCallOptions, McpClient } from "./mcp-client.ts";
export { type McpApp, type OpenMcpAppOptions, openMcpApp } from "./open-mcp-app.ts";

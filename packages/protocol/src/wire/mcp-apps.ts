/**
 * What a host page and an app's own HTML (the moderate level) say to each other: MCP Apps of
 * 2026-01-26, which is JSON-RPC 2.0 over window messages, and Berth's few methods beside it.
 *
 * Trust: all that the HTML sends is hostile until parsed by these schemas. Unknown members are
 * dropped, since the contract lets either side add some.
 */
import * as z from "#schema";

/** The version that `ui/initialize` is answered with, whichever the app asked for. */
export const mcpAppsVersion = "2026-01-26";

const line = (max: number) => z.string().check(z.maxLength(max));
const idSchema = z.union([line(128), z.number().check(z.int())]);
const members = z.record(z.string(), z.unknown());

/** A request has `id` and `method`, a notification `method` alone, an answer `id` alone. */
export const jsonRpcSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.optional(idSchema),
  method: z.optional(line(128)),
  params: z.optional(members),
});
export type JsonRpcId = z.output<typeof idSchema>;

/** Codes of JSON-RPC 2.0; `refused` is this host's own, with the Berth code in `data.code`. */
export const jsonRpcCodes = Object.freeze({
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  refused: -32_000,
});

export const mcpInitializeSchema = z.object({
  protocolVersion: line(64),
  appInfo: z.optional(z.object({ name: line(200), version: line(64) })),
});

/** What an app says in the user's name, or gives a model to know. Its members are the app's. */
const contentBlock = z.looseObject({ type: line(64) });
const content = z.union([contentBlock, z.array(contentBlock).check(z.maxLength(50))]);
export type McpContentBlock = z.output<typeof contentBlock>;

export const mcpMessageSchema = z.object({ role: z.literal("user"), content });

export const mcpModelContextSchema = z.object({
  content: z.optional(content),
  structuredContent: z.optional(members),
});

export const mcpOpenLinkSchema = z.object({ url: line(4096) });

/** A tool's name is the resource that its grant is decided on. */
export const mcpToolCallSchema = z.object({
  name: z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/)),
  arguments: z.optional(members),
});

export const mcpResourceReadSchema = z.object({ uri: line(2048) });

const pixels = z.optional(z.number().check(z.minimum(0), z.maximum(1_000_000)));
export const mcpSizeSchema = z.object({ width: pixels, height: pixels });

export const mcpLogSchema = z.object({
  level: line(16),
  logger: z.optional(line(128)),
  data: z.optional(z.unknown()),
});

export const mcpCancelledSchema = z.object({ requestId: idSchema });

export const mcpDisplayModeSchema = z.object({ mode: line(32) });

/**
 * Three examples of the MCP Apps project, as they come from the registry: each server's own code,
 * behind the official SDK's HTTP transport, on loopback. What tools are called is noted; nothing of
 * what they answer, and no byte of their pages, is ours.
 */
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { createServer as createBudgetAllocator } from "@modelcontextprotocol/server-budget-allocator";
import { createServer as createCohortHeatmap } from "@modelcontextprotocol/server-cohort-heatmap";
import { createServer as createScenarioModeler } from "@modelcontextprotocol/server-scenario-modeler";

const examples = {
  "budget-allocator": createBudgetAllocator,
  "cohort-heatmap": createCohortHeatmap,
  "scenario-modeler": createScenarioModeler,
} as const;

export type ExampleName = keyof typeof examples;

export interface SeenCall {
  readonly server: string;
  readonly tool: string;
  readonly args: unknown;
}

export interface ExampleServers {
  /** Serves the page too; `/mcp/<example>` is a server. */
  readonly origin: string;
  readonly calls: readonly SeenCall[];
  /** Addresses that were asked for and are neither the page's nor a server's. */
  readonly strays: readonly string[];
  forget(): void;
  close(): Promise<void>;
}

/** @param files - of the page, by path */
export async function serveExamples(
  files: Readonly<Record<string, { readonly type: string; readonly text: string }>>,
): Promise<ExampleServers> {
  const calls: SeenCall[] = [];
  const strays: string[] = [];
  const http = createHttpServer(async (request, response) => {
    const path = request.url ?? "";
    const file = files[path];
    const name = /^\/mcp\/([a-z-]+)$/.exec(path)?.[1];
    if (file !== undefined) {
      response.writeHead(200, { "content-type": file.type }).end(file.text);
    } else if (isExample(name)) {
      const body = request.method === "POST" ? await json(request) : undefined;
      note(name, body);
      // One for each request, as the example's own program does.
      const server = examples[name]();
      const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined });
      response.on("close", () => {
        transport.close().catch(() => {
          // The request is over; there is nothing left to close.
        });
      });
      await server.connect(transport);
      await transport.handleRequest(request, response, body);
    } else {
      strays.push(path);
      response.writeHead(404).end();
    }
  });
  const note = (server: string, body: unknown): void => {
    for (const message of [body].flat()) {
      const { method, params } = (message ?? {}) as {
        method?: string;
        params?: { name: string; arguments?: unknown };
      };
      if (method === "tools/call" && params !== undefined)
        calls.push({ server, tool: params.name, args: params.arguments });
    }
  };
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    calls,
    strays,
    forget: () => {
      calls.length = 0;
      strays.length = 0;
    },
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function isExample(name: string | undefined): name is ExampleName {
  return name !== undefined && Object.hasOwn(examples, name);
}

/** The OpenAPI 3.1 document, made from the same route table that serves requests. */

import { errorTable } from "@berth/protocol";
import { apiPrefix, apiRoutes, type RouteDefinition, type RouteGuard } from "@berth/protocol/api";
import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";

export type OpenApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

function accessSentence(guard: RouteGuard): string {
  switch (guard.access) {
    case "public":
      return "Anyone may call it.";
    case "scim":
      return "For the organization's directory, by its provisioning token alone.";
    case "person":
      return "Anyone signed in may call it.";
    case "organization":
      return `Needs the permission \`${guard.permission}\` in the organization.`;
    case "publisher":
      return `Needs the permission \`${guard.permission}\` in the publisher.`;
    case "operator":
      return `Needs the permission \`${guard.permission}\` on the host.`;
  }
}

function responsesOf(definition: RouteDefinition, error: z.ZodType): RouteConfig["responses"] {
  const status = definition.status ?? 200;
  const failure = {
    description: "It failed; `code` says why.",
    content: { "application/json": { schema: error } },
  };
  if (status === 204) return { 204: { description: "Done; no content." }, default: failure };
  const type =
    definition.kind === "stream"
      ? "text/event-stream"
      : definition.kind === "raw"
        ? "application/octet-stream"
        : "application/json";
  const description =
    definition.kind === "stream"
      ? "Events whose data is this, until `event: end`."
      : definition.kind === "raw"
        ? "The bytes."
        : "Done.";
  return {
    [status]: { description, content: { [type]: { schema: definition.response } } },
    default: failure,
  };
}

function requestOf(definition: RouteDefinition): RouteConfig["request"] {
  const { params, query, body, rawBody } = definition;
  const content =
    rawBody === undefined
      ? body && { "application/json": { schema: body } }
      : { [rawBody]: { schema: { type: "string" as const, format: "binary" } } };
  const headers =
    rawBody !== undefined
      ? z.object({ "berth-signature": z.string().describe("The DSSE envelope in base64") })
      : definition.kind === "stream"
        ? z.object({ "last-event-id": z.string().optional().describe("Resumes after this event") })
        : undefined;
  return {
    ...(headers === undefined ? {} : { headers }),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(content ? { body: { required: true, content } } : {}),
  };
}

function securityOf({ access }: RouteGuard): Record<string, string[]>[] {
  if (access === "public") return [];
  return access === "scim" ? [{ provisioning: [] }] : [{ session: [] }, { apiKey: [] }];
}

/** @param version - of the server */
export function createOpenApi(version: string): OpenApiDocument {
  const generator = new OpenAPIHono();
  const target = generator.openAPIRegistry;
  target.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "berth.session",
    description: "Set by signing in. Unsafe methods also need an Origin of this Berth.",
  });
  target.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key, `berth_…`; also taken from the header `x-api-key`.",
  });
  target.registerComponent("securitySchemes", "provisioning", {
    type: "http",
    scheme: "bearer",
    description: "An organization's provisioning token, `bsc_…`, for SCIM only.",
  });
  const error = target.register(
    "Error",
    z
      .object({
        code: z.enum(Object.keys(errorTable) as [string, ...string[]]),
        message: z.string().describe("What failed, which value, how to mend it"),
        isRetryable: z.boolean().describe("The same call may succeed later; see Retry-After"),
        details: z.record(z.string(), z.unknown()).optional(),
      })
      .describe("Every failure, whatever its status"),
  );
  for (const [name, definition] of Object.entries<RouteDefinition>(apiRoutes)) {
    const request = requestOf(definition);
    target.registerPath({
      method: definition.method,
      path: `${apiPrefix}${definition.path}`,
      operationId: name,
      tags: [definition.tag],
      summary: definition.summary,
      description: accessSentence(definition),
      security: securityOf(definition),
      responses: responsesOf(definition, error),
      ...(request === undefined ? {} : { request }),
    });
  }
  return generator.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Berth",
      version,
      description: "Publish, install and run apps. Failures have one shape and a stable code.",
    },
    servers: [{ url: "/" }],
    tags: [...new Set(Object.values(apiRoutes).map(({ tag }) => tag))].map((tag) => ({
      name: tag,
    })),
  });
}

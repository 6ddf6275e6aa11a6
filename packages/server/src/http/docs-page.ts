/**
 * Renders the OpenAPI document as one page without scripts.
 *
 * Every text goes through `escapeHtml`, though all of it is ours: the page must stay safe if a summary
 * ever holds a sign of HTML.
 */

import { renderSchema } from "./docs-schema.ts";
import { docsStyle } from "./docs-style.ts";
import { escapeHtml } from "./escape-html.ts";
import type { OpenApiDocument } from "./open-api.ts";

const methods = ["get", "post", "put", "patch", "delete"] as const;

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Record<string, unknown>[];
  readonly requestBody: Record<string, unknown> | undefined;
  readonly responses: Record<string, unknown>;
}

function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const found = (item as Record<string, unknown>)[method] as
        | Record<string, unknown>
        | undefined;
      if (found === undefined) return [];
      const [tag] = (found.tags ?? []) as string[];
      return [
        {
          operationId: String(found.operationId),
          method,
          path,
          tag: tag ?? "",
          summary: String(found.summary),
          description: String(found.description),
          parameters: (found.parameters ?? []) as Record<string, unknown>[],
          requestBody: found.requestBody as Record<string, unknown> | undefined,
          responses: found.responses as Record<string, unknown>,
        },
      ];
    }),
  );
}

function renderContent(holder: unknown): string {
  const content = (holder as { content?: Record<string, { schema?: unknown }> }).content ?? {};
  return Object.entries(content)
    .map(([type, { schema }]) => `<p class="dim">${escapeHtml(type)}</p>${renderSchema(schema)}`)
    .join("");
}

function renderParameters(operation: Operation): string {
  if (operation.parameters.length === 0) return "";
  const rows = operation.parameters.map(
    ({ name, in: place, required, schema }) =>
      `<dt><code>${escapeHtml(String(name))}</code> <span class="type">${escapeHtml(String(place))}${required === true ? "" : ", optional"}</span></dt><dd>${renderSchema(schema)}</dd>`,
  );
  return `<h4>Parameters</h4><dl>${rows.join("")}</dl>`;
}

function renderResponses(operation: Operation): string {
  return Object.entries(operation.responses)
    .filter(([status]) => status !== "default")
    .map(([status, response]) => {
      const { description } = response as { description?: string };
      return `<h4>Answer ${escapeHtml(status)}</h4><p class="dim">${escapeHtml(description ?? "")}</p>${renderContent(response)}`;
    })
    .join("");
}

function renderOperation(operation: Operation): string {
  const { operationId: id, method, path, summary, description, requestBody } = operation;
  const body =
    requestBody === undefined ? "" : `<h4>Request body</h4>${renderContent(requestBody)}`;
  return `<article id="${escapeHtml(id)}"><h3><a href="#${escapeHtml(id)}">${escapeHtml(id)}</a></h3>
<p class="where"><b class="${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code></p>
<p>${escapeHtml(summary)}</p><p class="dim">${escapeHtml(description)}</p>
<details><summary>Request and answer of ${escapeHtml(id)}</summary>${renderParameters(operation)}${body}${renderResponses(operation)}</details></article>`;
}

export function renderDocsPage(document: OpenApiDocument): string {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const of = (tag: string) => operations.filter((operation) => operation.tag === tag);
  const contents = tags
    .map(
      (tag) =>
        `<p><a href="#tag-${escapeHtml(tag)}">${escapeHtml(tag)}</a></p><ul>${of(tag)
          .map(
            ({ operationId: id }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(id)}</a></li>`,
          )
          .join("")}</ul>`,
    )
    .join("");
  const groups = tags
    .map(
      (tag) =>
        `<section><h2 id="tag-${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${of(tag).map(renderOperation).join("\n")}</section>`,
    )
    .join("\n");
  const error = document.components?.schemas?.Error;
  const { title, version, description } = document.info;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} API</title><style>${docsStyle}</style></head><body>
<header><h1>${escapeHtml(title)} API</h1><p>${escapeHtml(description ?? "")}</p>
<p class="dim">Version ${escapeHtml(version)}. The same as <a href="openapi.json">OpenAPI 3.1</a>. Sign in by cookie, or send an API key: <code>Authorization: Bearer berth_…</code></p></header>
<nav aria-label="Routes">${contents}</nav>
<main>${groups}<section><h2 id="errors">Errors</h2><article>${renderSchema(error)}</article></section></main>
</body></html>`;
}

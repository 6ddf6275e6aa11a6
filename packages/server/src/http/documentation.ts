/**
 * The OpenAPI document and the page that shows it. Both are made once, when the first asks, since
 * that takes as long as a good part of a start; and hold nothing secret.
 */
import { createHash } from "node:crypto";
import { apiPrefix } from "@berth/protocol/api";
import type { Env, Hono } from "hono";
import { renderDocsPage } from "./docs-page.ts";
import { docsStyle } from "./docs-style.ts";
import { createOpenApi } from "./open-api.ts";

const maxAgeSeconds = 60;

export function addDocumentation<E extends Env>(app: Hono<E>, version: string): void {
  let made: { readonly json: string; readonly html: string } | undefined;
  const make = () => {
    const openApi = createOpenApi(version);
    return { json: JSON.stringify(openApi), html: renderDocsPage(openApi) };
  };
  const documents = () => (made ??= make());
  const styleHash = createHash("sha256").update(docsStyle).digest("base64");
  const shared = {
    "cache-control": `public, max-age=${maxAgeSeconds}`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  app.get(`${apiPrefix}/openapi.json`, () => {
    const headers = { ...shared, "content-type": "application/json; charset=utf-8" };
    return new Response(documents().json, { headers });
  });
  app.get(`${apiPrefix}/docs`, () => {
    const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
    const headers = {
      ...shared,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    };
    return new Response(documents().html, { headers });
  });
}

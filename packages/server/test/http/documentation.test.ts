import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { apiPrefix, apiRoutes } from "@berth/protocol/api";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { addDocumentation } from "../../src/http/documentation.ts";
import { escapeHtml } from "../../src/http/escape-html.ts";
import { createOpenApi } from "../../src/http/open-api.ts";

const names = Object.keys(apiRoutes);
const app = new Hono();
addDocumentation(app, "1.2.3");

describe("the OpenAPI document", () => {
  const document = createOpenApi("1.2.3");
  const operations = Object.values(document.paths ?? {}).flatMap((item) => Object.values(item));

  test("has every route once, with its failures, and security unless it is public", () => {
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...names].sort());
    for (const operation of operations) {
      expect(operation.responses.default.content["application/json"].schema).toEqual({
        $ref: "#/components/schemas/Error",
      });
    }
    expect(document.paths?.["/api/v1/health"]?.get?.security).toEqual([]);
    expect(document.paths?.["/api/v1/session"]?.get?.security).toHaveLength(2);
  });

  test("every parameter in a path is declared", () => {
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      for (const operation of Object.values(item) as {
        parameters?: { in: string; name: string }[];
      }[]) {
        const declared = (operation.parameters ?? []).filter((each) => each.in === "path");
        expect(declared.map(({ name }) => name).sort(), path).toEqual(wanted);
      }
    }
  });

  test("is served as JSON of OpenAPI 3.1", async () => {
    const response = await app.request(`${apiPrefix}/openapi.json`);
    expect(await response.json()).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
  });
});

describe("the documentation page", () => {
  test("texts cannot become markup", () => {
    expect(escapeHtml(`<script>"&'`)).toBe("&lt;script&gt;&quot;&amp;&#39;");
  });

  test("shows every route in Chromium at 390 px, in both schemes, without a script or a violation", async () => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    if (!server.listening) await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const backgrounds = new Set<string>();
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({
          viewport: { width: 390, height: 800 },
          colorScheme,
        });
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        await page.goto(`http://127.0.0.1:${port}${apiPrefix}/docs`);
        // Text, since the page's globals are not this program's; from the outside in, as a reader does.
        await page.evaluate(`for (const summary of document.querySelectorAll("details > summary"))
          if (summary.checkVisibility()) summary.parentElement.setAttribute("open", "")`);
        const seen = await page.evaluate<{
          scripts: number;
          width: number;
          ids: string[];
          background: string;
        }>(`({
          scripts: document.scripts.length,
          width: document.documentElement.scrollWidth,
          ids: [...document.querySelectorAll("article[id]")].map(({ id }) => id),
          background: getComputedStyle(document.body).backgroundColor,
        })`);
        expect(seen.ids.sort()).toEqual([...names].sort());
        expect(seen.scripts).toBe(0);
        expect(seen.width).toBeLessThanOrEqual(390);
        expect(complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
        backgrounds.add(seen.background);
        await context.close();
      }
      expect(backgrounds.size).toBe(2);
    } finally {
      await browser.close();
      server.close();
    }
  }, 120_000);
});

/** The gallery, bundled as a product would, drawn on a server and shown in a real Chromium. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { build } from "vite";
import { Gallery } from "./Gallery.tsx";
import { readGalleryProps } from "./gallery-props.ts";

export interface OpenGallery extends AsyncDisposable {
  readonly browser: Browser;
  readonly origin: string;
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const entry = fileURLToPath(new URL("./main.tsx", import.meta.url));
const ownStyles =
  "body{margin:0}.sample{min-width:0;display:contents}.log{font:11px monospace;color:#777;list-style:none}";

export async function openGallery(): Promise<OpenGallery> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://gallery.localhost");
    const file = files.get(pathname);
    if (file !== undefined) {
      const type = pathname.endsWith(".css") ? "text/css" : "text/javascript";
      response.writeHead(200, { "content-type": type }).end(file);
    } else if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(drawPage(search));
    } else {
      response.writeHead(204).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    browser,
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function drawPage(search: string): string {
  const body = renderToString(
    <StrictMode>
      <main>
        <Gallery {...readGalleryProps(search)} />
      </main>
    </StrictMode>,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Catalog</title><link rel="stylesheet" href="/gallery.css"><style>${ownStyles}</style><script type="module" src="/gallery.js"></script></head><body>${body}</body></html>`;
}

/** Development's React, whose warnings are errors here. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"development"' },
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry,
        formats: ["es"],
        fileName: "gallery",
        cssFileName: "gallery",
      },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const files = new Map<string, string>();
  for (const file of first !== undefined && "output" in first ? first.output : []) {
    if (file.type === "chunk") files.set("/gallery.js", file.code);
    else files.set("/gallery.css", String(file.source));
  }
  return files;
}

/**
 * A product's page, a publisher's files and a real Chromium. The files of both sides come from one
 * host that is not the product's, and are never cached: each page fetches them anew.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { BenchControls } from "./page/bench-controls.ts";

declare global {
  /** In the host page. */
  var bench: BenchControls;
}

export interface OpenOptions {
  /** `plain`: a long list in the page's own HTML. */
  readonly side: "berth" | "federation" | "plain";
  readonly isWarm?: boolean;
  /** A file of `page/`. */
  readonly view?: string;
  readonly apps?: number;
}

export interface ViewStage extends AsyncDisposable {
  readonly browser: Browser;
  /** The browser's own process, below which all others are. */
  readonly pid: number;
  /** A page that may be clicked. */
  open(options: OpenOptions): Promise<Page>;
}

interface Served {
  readonly type: string;
  readonly text: string;
}

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const chromiumArgs = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-automation"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export async function openViewStage(): Promise<ViewStage> {
  const files = await buildFiles();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = files.get(pathname);
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": file?.type ?? "text/plain",
      "access-control-allow-origin": "*",
      "cache-control": "no-store",
    });
    response.end(file?.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  // Playwright names the process only where it starts a server of its own.
  const launched = await chromium.launchServer({
    executablePath: chromiumPath,
    args: chromiumArgs,
  });
  const browser = await chromium.connect(launched.wsEndpoint());
  const pid = launched.process().pid;
  if (pid === undefined) throw new Error(`${chromiumPath} did not start.`);
  return {
    browser,
    pid,
    async open({ side, isWarm = false, view = "orders-view.js", apps = 1 }) {
      const page = await browser.newPage();
      const publisher = `http://publisher.localhost:${port}`;
      const query = { side, view, publisher, warm: isWarm ? "1" : "0", apps: String(apps) };
      await page.goto(`http://localhost:${port}/?${new URLSearchParams(query)}`);
      await page.waitForFunction(() => globalThis.bench?.isReady === true);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await launched.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function buildFiles(): Promise<ReadonlyMap<string, Served>> {
  const globals = {
    react: 'globalThis.benchShared["react"]',
    "react/jsx-runtime": 'globalThis.benchShared["react/jsx-runtime"]',
    "@berth/react/catalog": 'globalThis.benchShared["@berth/react/catalog"]',
  };
  const script = (text: string): Served => ({ type: "text/javascript", text });
  const host = await bundle("host.tsx");
  const page = `<!doctype html><title>Product</title><style>${host.styles}</style><div id="root"></div><script type="module" src="/host.js"></script>`;
  return new Map([
    ["/", { type: "text/html", text: page }],
    ["/host.js", script(host.code)],
    ["/orders-view.js", script((await bundle("orders-view.tsx", { isClassic: true })).code)],
    ["/table-view.js", script((await bundle("table-view.tsx", { isClassic: true })).code)],
    ["/remote-entry.js", script((await bundle("remote-entry.ts")).code)],
    [
      "/orders.js",
      script(
        `${(await bundle("orders-remote.tsx", { isClassic: true, globals })).code}\nexport default orders;`,
      ),
    ],
  ]);
}

interface BundleOptions {
  /** One script without import and export, as a packer makes it. Default: a module. */
  readonly isClassic?: boolean;
  /** Modules that are left out, and where they are found instead. */
  readonly globals?: Readonly<Record<string, string>>;
}

async function bundle(
  file: string,
  { isClassic = false, globals = {} }: BundleOptions = {},
): Promise<{ readonly code: string; readonly styles: string }> {
  const entry = fileURLToPath(new URL(`./page/${file}`, import.meta.url));
  const output = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    oxc: { jsx: { development: false } },
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      lib: {
        entry,
        formats: [isClassic ? "iife" : "es"],
        name: "orders",
        fileName: "script",
        cssFileName: "styles",
      },
      rolldownOptions: {
        external: Object.keys(globals),
        output: { codeSplitting: false, globals: { ...globals } },
      },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const parts = first !== undefined && "output" in first ? first.output : [];
  const chunk = parts.find((part) => part.type === "chunk");
  if (chunk?.type !== "chunk") throw new Error(`${entry} did not build into one script.`);
  const styles = parts
    .map((part) => (part.type === "asset" && part.fileName.endsWith(".css") ? part.source : ""))
    .join("");
  return { code: chunk.code, styles };
}

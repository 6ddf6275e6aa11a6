/** Follows docs/views.md: its files are written as they stand there, built, and used as it says. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, type InlineConfig } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chromiumArgs } from "../hostile/browser/stage/stage.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder = "";

beforeAll(async () => {
  // Inside the repository, so that the page's imports are found.
  await mkdir(join(root, ".berth"), { recursive: true });
  folder = await mkdtemp(join(root, ".berth/views-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeFilesOfThePage(): Promise<readonly string[]> {
  const page = await readFile(join(root, "docs/views.md"), "utf8");
  const files = [...page.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)];
  for (const [, path = "", text = ""] of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return files.map(([, path = ""]) => path);
}

async function buildAt(place: string, more: InlineConfig = {}): Promise<Map<string, string>> {
  const output = await build({
    ...more,
    root: join(folder, place),
    logLevel: "error",
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: { ...more.build, write: false },
  });
  const outputs = Array.isArray(output) ? output : [output];
  const files = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return new Map(
    files.map((file) => [
      `/${file.fileName}`,
      file.type === "chunk" ? file.code : String(file.source),
    ]),
  );
}

/** A page of the product that shows the federated app, pinned as the page says. */
function ordersPage(list = ""): string {
  const pinned = {
    url: "/orders/remote.json",
    digest: createHash("sha256").update(list).digest("hex"),
  };
  return `<!doctype html><div id="root"></div><script type="module">
    import { createElement } from "react";
    import { createRoot } from "react-dom/client";
    import { Orders } from "./src/Orders.jsx";
    const root = createRoot(document.getElementById("root"));
    root.render(createElement(Orders, { list: ${JSON.stringify(pinned)} }));
  </script>`;
}

it("leads from an empty folder to a view in a product", async () => {
  const written = await writeFilesOfThePage();
  expect(written).toContain("product/src/InstalledApp.jsx");
  const hello = (await buildAt("hello")).get("/hello.js");
  // What the page shows beside the running product is built with it, so that its imports are held too.
  // A test runner sets NODE_ENV to "test", of which Vite would make React's development JSX.
  const orders = await buildAt("orders", { oxc: { jsx: { development: false } } });
  await writeFile(join(folder, "product/orders.html"), ordersPage(orders.get("/remote.json")));
  const pages = ["index.html", "orders.html"];
  const parts = [
    "src/InstalledApp.jsx",
    "src/show-tool.js",
    "src/Support.jsx",
    "src/RoutedApp.jsx",
  ];
  const input = [...pages, ...parts].map((file) => join(folder, "product", file));
  const files = await buildAt("product", {
    configFile: false,
    build: { rolldownOptions: { input } },
  });
  if (hello !== undefined) files.set("/hello.js", hello);
  for (const [path, text] of orders) files.set(`/orders${path}`, text);

  const server = createServer((request, response) => {
    const path = request.url === "/" ? "/index.html" : (request.url ?? "");
    const type = /\.(?:js|css|html)$/.exec(path)?.[0] ?? "";
    const types: Record<string, string> = { ".js": "text/javascript", ".css": "text/css" };
    response.writeHead(files.has(path) ? 200 : 404, { "content-type": types[type] ?? "text/html" });
    response.end(files.get(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: chromiumArgs,
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.getByRole("button", { name: "Open Hello" }).click();
    await page.getByLabel("Your name").fill("Ada");
    await page.getByRole("button", { name: "Greet" }).click();
    await page.getByText("Hello, Ada!").waitFor();
    expect(await page.getByText("1 running").count()).toBe(1);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/orders.html`);
    await page.getByText("0 open").waitFor();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByText("3 open").waitFor();
  } finally {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

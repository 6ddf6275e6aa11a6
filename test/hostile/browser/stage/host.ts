/** What every browser of these tests opens: the host pages, the frames' hosts, and the views. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";
import { openStageServer, type StageServer } from "./server.ts";

export interface StageHost extends AsyncDisposable {
  readonly server: StageServer;
  /** Where the frame's document of one installation lies. */
  readonly frameUrl: string;
  /** The same of an installation of another name. */
  frameUrlOf(installation: string): string;
  /** The same for an app of its own HTML. */
  htmlFrameUrlOf(installation: string): string;
  /** Where its function answers. */
  readonly apiOrigin: string;
  /** An origin that is neither the product's nor any app's. */
  readonly outside: string;
  /** Serves `/html`, a host page for apps of their own HTML, beside `/`. */
  serveHtmlPage(): Promise<void>;
  /** Builds a view of test/hostile/browser/views and serves it; returns its address. */
  serveView(file: string): Promise<string>;
  /** The script of such a view, with lines of the test's own before it. */
  viewCode(file: string, before?: string): Promise<string>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const pageOf = (script: string) =>
  `<!doctype html><title>host</title><script type="module" src="${script}"></script>`;

export async function openStageHost(): Promise<StageHost> {
  const server = await openStageServer();
  server.put("/", "text/html", pageOf("/host.js"));
  server.put("/host.js", "text/javascript", await bundle(here("host-page.ts")));
  const hostOf = (name: string) => `http://${name}.localhost:${server.port}`;
  // Built once, however many tests of the file use it.
  const built = new Map<string, Promise<string>>();
  const codeOf = (file: string): Promise<string> => {
    const code = built.get(file) ?? build(file);
    built.set(file, code);
    return code;
  };
  return {
    server,
    frameUrlOf: (installation) => `${hostOf(`${installation}.frames`)}/frame`,
    frameUrl: `${hostOf("x.frames")}/frame`,
    htmlFrameUrlOf: (installation) => `${hostOf(`${installation}.frames`)}/html`,
    apiOrigin: hostOf("x.apps"),
    outside: hostOf("outside"),
    async serveHtmlPage() {
      server.put("/html-page.js", "text/javascript", await bundle(here("html-page.ts")));
      server.put("/html", "text/html", pageOf("/html-page.js"));
    },
    async serveView(file) {
      server.put(`/views/${file}`, "text/javascript", await codeOf(file));
      return `${server.origin}/views/${file}`;
    },
    viewCode: async (file, before = "") => `${before}\n${await codeOf(file)}`,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

async function build(file: string): Promise<string> {
  const path = here(`../views/${file}`);
  const raw = await readFile(path, "utf8");
  return /^import /m.test(raw) ? bundle(path) : raw;
}

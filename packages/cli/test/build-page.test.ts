import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unpack } from "@berth/bundle";
import { isBerthError, toWire } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { openAppFolder } from "../src/build/app-folder.ts";
import { buildApp } from "../src/build/build-app.ts";
import { checkApp } from "../src/build/check-app.ts";
import { buildPage } from "../src/build/page/build-page.ts";
import { createHome } from "./support/run-cli.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const page: Files = {
  // As many libraries say; what the page itself names has effects all the same.
  "package.json": '{ "type": "module", "sideEffects": ["*.css"] }',
  "src/board.html": `<!doctype html>
<!-- <script src="not-a-script.js"></script> -->
<html lang="en"><head><title>A <b>title</b></title>
<link rel="icon" href="icon.png">
<link rel="stylesheet" href="/src/plain.css" media="(min-width: 1px)">
<link rel=stylesheet href=./deep/rich.css>
<style>body { background: url("icon.png") }</style>
<script>globalThis.order = ["inline"]; const text = "<img src='no.png'>";</script>
<script src="classic.js"></script>
<script type="module" src="./main.ts"></script>
<script type="module">import { name } from "./shared.ts"; order.push(name + " again");</script>
</head><body>
<img alt="" src="icon.png"><img alt="" src="data:image/png;base64,AAAA"><a href="#top">Up</a>
<a href="https://elsewhere.example/">Away</a><img alt="" src="https://cdn.example/x.png">
</body></html>\n`,
  "src/icon.png": pixel,
  "src/plain.css": "h1 { color: red } /* </style> */",
  "src/deep/rich.css": '@import "./more.css"; h2 { background: url(../icon.png) }',
  "src/deep/more.css": "h3 { color: blue }",
  "src/classic.js": 'order.push("classic, </script> and all");\n',
  "src/shared.ts":
    'export const name: string = "shared"; globalThis.times = (globalThis.times ?? 0) + 1;',
  "src/main.ts":
    'import { name } from "./shared.ts"; import "./look.css"; order.push(name, "</script>");',
  "src/look.css": "h4 { color: green }",
};

describe("a page", () => {
  it("holds its scripts, styles and images afterwards, the same bytes in every folder", async () => {
    await using home = await createHome();
    const here = join(home.path, "here");
    await writeFiles(here, page);
    const { bytes, remoteHosts } = await buildPage({ root: here, source: "src/board.html" });
    const elsewhere = join(home.path, "some/where/else");
    await cp(here, elsewhere, { recursive: true });
    const again = await buildPage({ root: elsewhere, source: "src/board.html" });
    expect(Buffer.from(again.bytes).equals(bytes)).toBe(true);
    const html = Buffer.from(bytes).toString();
    expect(html).not.toContain(home.path);
    expect(remoteHosts).toEqual(["cdn.example"]);
    const image = `data:image/png;base64,${pixel.toString("base64")}`;
    expect(html.split(image).length - 1).toBeGreaterThanOrEqual(4);
    expect(html).toContain(
      '<style media="(min-width: 1px)">h1 { color: red } /* <\\/style> */</style>',
    );
    for (const rule of ["h3{color", "h4{color", "h2{background"]) expect(html).toContain(rule);
    expect(html).toContain('<!-- <script src="not-a-script.js"></script> -->');
    expect(html).toContain(`const text = "<img src='no.png'>";`);
    expect(html).not.toMatch(/(?:src|href)="?\.?\/?(?:src|deep|main|classic|icon|look)/);
    // What it does: every script runs once, in the order of the page, modules last.
    const scripts = [...html.matchAll(/<script(?: type="module")?>([\s\S]*?)<\/script>/g)];
    const realm = { order: [] as string[], times: 0 };
    const run = new Function(
      "globalThis",
      `with (globalThis) {${scripts.map(([, code]) => code).join("\n")}}`,
    );
    run(realm);
    expect(realm).toMatchObject({
      order: ["inline", "classic, </script> and all", "shared", "</script>", "shared again"],
      times: 1,
    });
  });

  it("stays as it is, byte for byte, when it is one file already", async () => {
    await using home = await createHome();
    const before = Buffer.from(`<!DOCTYPE html><html><head><link rel="icon" href="data:,">
      <script type="module" crossorigin>const load = () => import("./never.js"); export { load };
        import "https://cdn.example/x.js"; const text = "<script src=gone.js>";</script>
      <script>const classic = 'import "./gone.js"';</script>
      <style rel="stylesheet" crossorigin>@import url("https://cdn.example/x.css"); a { background: url(#b) }</style>
      </head><body><img src="data:image/png;base64,AAAA"><a href="mailto:me@x.example">x</a></body></html>`);
    const odd = Buffer.from("\uFEFF<!doctype html>\r\n<p>Only words & <b>unclosed\r\n");
    for (const bytes of [before, odd]) {
      await writeFiles(home.path, { "board.html": bytes });
      const built = await buildPage({ root: home.path, source: "board.html" });
      expect(Buffer.from(built.bytes).equals(bytes)).toBe(true);
      expect(built.remoteHosts).toEqual([]);
    }
  });

  it.each([
    ['<script src="gone.js"></script>', "FILE_UNREADABLE", "gone.js"],
    ['<script type="module" src="gone.js"></script>', "BUILD_FAILED", "gone.js"],
    ['<script defer src="a.js"></script>', "BUILD_FAILED", "defer"],
    ['<script type="module">import "./gone.js";</script>', "BUILD_FAILED", "gone.js"],
    ['<script type="module">import "node:fs";</script>', "BUILD_FAILED", "not there in a browser"],
    ['<script type="module">import "http://x.example/a.js";</script>', "BUILD_FAILED", "https:"],
    [
      '<script type="module">new Worker(new URL("./a.js", import.meta.url))</script><script type="module" src="a.js"></script>',
      "BUILD_FAILED",
      "one document",
    ],
    ['<link rel="stylesheet" href="../../etc/passwd">', "BUILD_FAILED", "outside of the app"],
    ['<link rel="manifest" href="site.json">', "BUILD_FAILED", "site.json"],
    ['<img srcset="a.png 2x">', "BUILD_FAILED", "srcset"],
    ['<img src="//cdn.example/a.png">', "BUILD_FAILED", "https://"],
    ['<img src="a.exe">', "BUILD_FAILED", "a.exe"],
    ['<iframe src="https://other.example"></iframe>', "BUILD_FAILED", "other.example"],
    ['<iframe srcdoc="<p>x</p>"></iframe>', "BUILD_FAILED", "one document"],
    ['<p><template shadowrootmode = "open"></template></p>', "BUILD_FAILED", "shadowrootmode"],
    ['<a href="second.html">Next</a>', "BUILD_FAILED", "one document"],
    ['<base href="https://cdn.example/">', "BUILD_FAILED", "<base href>"],
    ["<p style=\"background:url('a.png')\">", "BUILD_FAILED", "style sheet"],
    ["<script src=linked.js></script>", "PACKAGE_ENTRY_REFUSED", "linked.js"],
  ])("is refused for %s with %s, which names it", async (html, code, named) => {
    await using home = await createHome();
    await writeFiles(home.path, { "board.html": html, "a.js": "void 0;" });
    await symlink("/etc/hostname", join(home.path, "linked.js"));
    const refusal = await buildPage({ root: home.path, source: "board.html" }).then(
      () => "It was built.",
      (error: unknown) => `${isBerthError(error) ? error.code : "none"} ${toWire(error).message}`,
    );
    expect(refusal).toContain(code);
    expect(refusal).toContain(named);
  });

  it("is no page when it is not UTF-8", async () => {
    await using home = await createHome();
    await writeFiles(home.path, { "board.html": Buffer.from([0x3c, 0xff, 0xfe]) });
    await expect(buildPage({ root: home.path, source: "board.html" })).rejects.toMatchObject({
      code: "BUILD_FAILED",
    });
  });
});

describe("an app of its own HTML", () => {
  const manifest = (over: object) =>
    JSON.stringify({
      ...{ id: "board", name: "Board", version: "1.0.0", description: "A board." },
      entryPoint: "board.html",
      security: { sandboxLevel: "moderate", allowedDomains: ["api.example"] },
      ui: { mode: "html" },
      ...over,
    });
  const html = '<img src="https://cdn.example/a.png"><img src="https://api.example/b.png">';

  it("is packed from its page, and warned of what it would not reach", async () => {
    await using home = await createHome();
    await writeFiles(home.path, { "berth.json": manifest({}), "src/board.html": html });
    const app = await openAppFolder(home.path);
    const built = await buildApp(app);
    expect(built.entries).toMatchObject([{ path: "board.html", source: "src/board.html" }]);
    const rules = checkApp(app.manifest, built).filter(({ severity }) => severity === "warning");
    expect(rules.map(({ rule, message }) => `${rule} ${message}`)).toEqual([
      expect.stringContaining("sandbox-level "),
      expect.stringMatching(/^page-domain .*cdn\.example/),
    ]);
  });

  it("is made from the template page, which is one document once it is packed", async () => {
    await using home = await createHome();
    const made = await home.run(["new", "my-sheet", "--template", "page", "--publisher", "me"]);
    expect(made.stdout).not.toContain("npm install");
    const app = await openAppFolder(join(home.path, "my-sheet"));
    expect(app.manifest).toMatchObject({ id: "my-sheet", name: "My sheet", publisher: "me" });
    const built = await buildApp(app);
    const findings = checkApp(app.manifest, built);
    expect(findings.map(({ rule }) => rule)).toEqual(["sandbox-level", "licence"]);
    const html = Buffer.from((await unpack(built.archive)).files.get("app.html") ?? []).toString();
    expect(html).toContain("<title>My sheet</title>");
    expect(html).not.toMatch(/__APP_|(?:src|href)="\.\//);
  });

  it.each([
    [{ security: { sandboxLevel: "strict" } }, 'ui.mode is "html"'],
    [{ ui: { mode: "catalog" }, entryPoint: "view.js" }, 'ui.mode is "catalog"'],
  ])("is told that %j cannot run", async (over, message) => {
    await using home = await createHome();
    const files = { "berth.json": manifest(over), "board.html": html, "view.js": "void 0;" };
    await writeFiles(home.path, files);
    const app = await openAppFolder(home.path);
    expect(checkApp(app.manifest, await buildApp(app))).toContainEqual(
      expect.objectContaining({
        rule: "sandbox-mode",
        severity: "error",
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each([
    [{ entryPoint: "board.js" }, /ends in \.html/],
    [{ entryPoint: "gone.html" }, /neither gone\.html nor src\/gone\.html/],
    [{ ui: { mode: "catalog" } }, /needs ui\.mode "html"/],
  ])("is not built with %j", async (over, message) => {
    await using home = await createHome();
    await writeFiles(home.path, { "berth.json": manifest(over), "board.html": html });
    const app = await openAppFolder(home.path);
    await expect(buildApp(app)).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: expect.stringMatching(message),
    });
  });
});

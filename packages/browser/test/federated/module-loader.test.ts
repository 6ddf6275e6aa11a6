import { createHash } from "node:crypto";
import { type RemoteFile, type RemoteList, remoteListSchema, remoteWords } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createModuleLoader, type ModuleAddresses } from "../../src/federated/module-loader.ts";
import { parseRemoteList } from "../../src/federated/read-list.ts";
import { createRemoteFiles } from "../../src/federated/remote-files.ts";

const base = "https://apps.example/orders/remote.json";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A list for modules that are simple enough to be read without a parser. */
function describeFile(code: string): Partial<RemoteFile> {
  const imports: [number, number, "static" | "dynamic" | "meta"][] = [];
  for (const { index, 0: text } of code.matchAll(/import(?=\()|import\.meta|(?<=from )"[^"]*"/g))
    imports.push([
      index,
      text.length,
      text === "import" ? "dynamic" : text === "import.meta" ? "meta" : "static",
    ]);
  const replaced = new Set(imports.map(([at]) => at));
  return {
    digest: sha256(code),
    bytes: Buffer.byteLength(code),
    imports,
    words: remoteWords(code).filter((at) => !replaced.has(at)),
    declares: [...code.matchAll(/(?:const|let|function) (\w+)/g)].map(([, name]) => name ?? ""),
  };
}

function listOf(files: Readonly<Record<string, string>>, more: object = {}): RemoteList {
  return remoteListSchema.parse({
    remote: 1,
    name: "orders",
    entry: "entry.js",
    files: Object.fromEntries(
      Object.entries(files).map(([path, code]) => [path, describeFile(code)]),
    ),
    ...more,
  });
}

interface Opened {
  readonly load: (path?: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly fetched: string[];
  readonly refused: string[];
}

function open(
  files: Readonly<Record<string, string>>,
  more: {
    readonly list?: RemoteList;
    readonly shared?: Readonly<Record<string, unknown>>;
    readonly globals?: Readonly<Record<string, unknown>>;
    /** What the browser's cache still has of these files. */
    readonly stale?: Readonly<Record<string, string>>;
  } = {},
): Opened {
  const list = more.list ?? listOf(files);
  const fetched: string[] = [];
  const refused: string[] = [];
  // Node imports no blob: addresses; data: ones behave alike, in that nothing is relative to them.
  const addresses: ModuleAddresses = {
    create: (code) => `data:text/javascript,${encodeURIComponent(`${code}//${Math.random()}`)}`,
    import: (address) => import(/* @vite-ignore */ address),
    close: () => {},
  };
  const remote = createRemoteFiles({
    list,
    base,
    network: {
      fetch: async (url, init) => {
        fetched.push(String(url));
        const path = String(url).slice("https://apps.example/orders/".length);
        const code = init?.cache === "default" ? (more.stale?.[path] ?? files[path]) : files[path];
        return code === undefined ? new Response(null, { status: 404 }) : new Response(code);
      },
      clock: systemClock,
      random: () => 0,
      retry: { attempts: 1, firstPauseMs: 1, maxPauseMs: 1, timeoutMs: 60_000 },
      signal: new AbortController().signal,
    },
  });
  const loader = createModuleLoader({
    list,
    files: remote,
    addresses,
    globals: more.globals ?? {},
    share: async (name) => more.shared?.[name],
    onRefused: ({ code }) => refused.push(code),
  });
  return { load: (path = "entry.js") => loader.load(path), fetched, refused };
}

describe("the modules of a federated app", () => {
  it("import each other, statically and later, each made once", async () => {
    const { load, fetched } = open({
      "entry.js": `import { b } from "./parts/b.js"; import { c } from "./c.js"; export { b, c }; export const later = () => import("./d.js");`,
      "parts/b.js": `import { c } from "../c.js"; export const b = { c };`,
      "c.js": `export const c = {};`,
      "d.js": `import { c } from "./c.js"; export { c };`,
    });
    const entry = await load();
    const { c } = await (entry.later as () => Promise<Record<string, unknown>>)();
    expect(entry.b).toEqual({ c });
    expect((entry.b as { c: unknown }).c).toBe(c);
    expect(entry.c).toBe(c);
    expect(fetched).toHaveLength(4);
  });

  it("know where they lie, and see the globals that they are given", async () => {
    const { load } = open(
      {
        "entry.js": `export const at = import.meta.url; export const seen = typeof fetch; import { own } from "./own.js"; export { own };`,
        "own.js": `const fetch = "its own"; export const own = fetch;`,
      },
      { globals: { fetch: undefined } },
    );
    expect(await load()).toMatchObject({
      at: "https://apps.example/orders/entry.js",
      seen: "undefined",
      own: "its own",
    });
  });

  it("are given what the page shares under its names, and the app's own copy else", async () => {
    const files = {
      "entry.js": `import whole, { useState } from "react"; import vue from "vue"; export { whole, useState, vue };`,
      "own/vue.js": `export default "own Vue";`,
    };
    const shared = {
      react: { requiredVersion: "*" },
      vue: { requiredVersion: "^3", own: "own/vue.js" },
    };
    const react = { useState: () => "the page's", "not-a-name": 1, class: 2 };
    const { load } = open(files, { list: listOf(files, { shared }), shared: { react } });
    const entry = await load();
    expect(entry).toMatchObject({ useState: react.useState, vue: "own Vue" });
    expect(entry.whole).toBe(react);
  });

  it.each([
    ["./absent.js", "REMOTE_FILE_UNLISTED"],
    ["../other/entry.js", "REMOTE_FILE_UNLISTED"],
    ["https://evil.example/x.js", "REMOTE_FILE_UNLISTED"],
    ["//evil.example/x.js", "REMOTE_FILE_UNLISTED"],
    ["data:text/javascript,1", "REMOTE_FILE_UNLISTED"],
    ["constructor", "REMOTE_FILE_UNLISTED"],
    ["./__proto__", "REMOTE_FILE_UNLISTED"],
  ])("import nothing that is not listed: %s", async (specifier, code) => {
    const statically = open({ "entry.js": `import x from "${specifier}"; export { x };` });
    await expect(statically.load()).rejects.toMatchObject({ code });
    const later = open({ "entry.js": `export const later = (x) => import(x);` });
    const { later: run } = await later.load();
    await expect((run as (x: string) => unknown)(specifier)).rejects.toMatchObject({ code });
    expect(later.refused).toEqual([code]);
    expect([statically.fetched, later.fetched]).toEqual([
      [`${base.replace("remote.json", "entry.js")}`],
      [`${base.replace("remote.json", "entry.js")}`],
    ]);
  });

  it("are not made when one that they reach was changed", async () => {
    Reflect.deleteProperty(globalThis, "ranInLoaderTest");
    const files = {
      "entry.js": `import "./b.js"; globalThis.ranInLoaderTest = true;`.replace(
        "import ",
        "import x from ",
      ),
      "b.js": `globalThis.ranInLoaderTest = true; export default 1;`,
    };
    const list = listOf(files);
    const changed = { ...files, "b.js": files["b.js"].replace("default 1", "default 2") };
    await expect(open(changed, { list }).load()).rejects.toMatchObject({
      code: "PACKAGE_DIGEST_MISMATCH",
    });
    expect(Reflect.has(globalThis, "ranInLoaderTest")).toBe(false);
  });

  it("are asked for past the browser's cache, once, when it holds what lay there before", async () => {
    const stale = { "entry.js": `export const name = "before";` };
    const { load, fetched } = open({ "entry.js": `export const name = "now";` }, { stale });
    expect((await load()).name).toBe("now");
    expect(fetched).toHaveLength(2);
  });

  it("may not import each other in a circle, which is named", async () => {
    const { load } = open({
      "entry.js": `import { b } from "./b.js"; import { c } from "./c.js"; export { b, c };`,
      "b.js": `import { c } from "./c.js"; export const b = 1; export { c };`,
      "c.js": `import { b } from "./b.js"; export const c = 1; export { b };`,
    });
    await expect(load()).rejects.toMatchObject({
      code: "REMOTE_INVALID",
      message: expect.stringMatching(/b\.js → c\.js → b\.js|c\.js → b\.js → c\.js/),
    });
  });

  it("are refused with an import that the list does not account for, or that is not there", async () => {
    const code = `export const later = () => import("./d.js");`;
    const file = describeFile(code);
    const at = code.indexOf("import");
    for (const described of [
      { ...file, imports: [] },
      { ...file, imports: [[at + 1, 6, "dynamic"]], words: [at] },
      { ...file, imports: [[at, 6, "meta"]] },
      { ...file, imports: [[at, 8, "static"]] },
      {
        ...file,
        imports: [
          [at, 6, "dynamic"],
          [at, 6, "dynamic"],
        ],
      },
      { ...file, imports: [[900, 6, "dynamic"]], words: [at] },
      { ...file, declares: ["$berthImport"] },
    ]) {
      const list = listOf({}, { files: { "entry.js": described } });
      await expect(open({ "entry.js": code }, { list }).load()).rejects.toMatchObject({
        code: "REMOTE_INVALID",
      });
    }
  });
});

describe("a federated app's list", () => {
  const good = () => listOf({ "entry.js": "export {};" });
  const bad = (change: object) => () => parseRemoteList(JSON.stringify({ ...good(), ...change }));

  it("is read, and its defaults filled in", () => {
    expect(parseRemoteList(JSON.stringify(good()))).toMatchObject({ expose: "./App", styles: [] });
  });

  it.each([
    ["another kind", { remote: 2 }],
    ["a name with a slash", { name: "a/b" }],
    ["an entry that is not listed", { entry: "other.js" }],
    ["a style that is not listed", { styles: ["a.css"] }],
    ["an own copy that is not listed", { shared: { a: { requiredVersion: "*", own: "a.js" } } }],
    ["a path that leaves the folder", { files: { "../a.js": { digest: sha256(""), bytes: 0 } } }],
    ["a digest that is none", { files: { "entry.js": { digest: "abc", bytes: 0 } } }],
    ["what no list has", { extra: 1 }],
    [
      "more bytes than are loaded",
      {
        files: Object.fromEntries(
          ["entry.js", "b.js", "c.js"].map((path) => [
            path,
            { digest: sha256(""), bytes: 20_000_000 },
          ]),
        ),
      },
    ],
  ])("is refused with %s", (_, change) => {
    expect(bad(change)).toThrow(expect.objectContaining({ code: "REMOTE_INVALID" }));
  });

  it("is refused when it is not JSON", () => {
    expect(() => parseRemoteList("<!doctype html>")).toThrow(
      expect.objectContaining({ code: "REMOTE_INVALID" }),
    );
  });
});

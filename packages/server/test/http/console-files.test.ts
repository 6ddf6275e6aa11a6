import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ConsoleFiles, openConsoleFiles } from "../../src/http/console-files.ts";
import { createConsoleHeaders } from "../../src/http/console-policy.ts";
import { createTestFolder } from "../support/databases.ts";

const sources = {
  frames: "http://*.frames.localhost:4600",
  apps: "http://*.apps.localhost:4600",
};
const script = "console.log('the console')";

let folder: string;
let files: ConsoleFiles;
beforeEach(async () => {
  folder = await createTestFolder();
  const dist = join(folder, "dist");
  await mkdir(join(dist, "assets"), { recursive: true });
  await writeFile(join(folder, "secret.txt"), "outside");
  await writeFile(join(dist, "index.html"), "<!doctype html>");
  await writeFile(join(dist, "assets", "main-Ab3dEf9h.js"), script);
  await writeFile(join(dist, "assets", "main-Ab3dEf9h.js.br"), brotliCompressSync(script));
  await writeFile(join(dist, "color-scheme.js"), "1");
  await symlink(join(folder, "secret.txt"), join(dist, "link.txt"));
  files = await openConsoleFiles({ folder: dist, sources: () => sources });
});
afterEach(() => rm(folder, { recursive: true }));

const fetch = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  files.fetch(new Request(`http://localhost:4600${path}`, { headers, method }));

test("hashed assets are immutable and compressed for who accepts it; others are revalidated", async () => {
  const compressed = await fetch("/assets/main-Ab3dEf9h.js", { "accept-encoding": "gzip, br" });
  expect(compressed?.headers.get("content-encoding")).toBe("br");
  expect(compressed?.headers.get("cache-control")).toContain("immutable");
  expect(compressed?.headers.get("vary")).toBe("accept-encoding");
  const bytes = Buffer.from((await compressed?.arrayBuffer()) ?? new ArrayBuffer(0));
  expect(brotliDecompressSync(bytes).toString()).toBe(script);
  for (const refused of ["gzip", "br;q=0", ""]) {
    const plain = await fetch("/assets/main-Ab3dEf9h.js", { "accept-encoding": refused });
    expect(plain?.headers.get("content-encoding")).toBeNull();
    expect(await plain?.text()).toBe(script);
  }
  expect(await fetch("/", { accept: "application/json" })).toBeUndefined();
  const index = await fetch("/", { accept: "text/html" });
  expect(index?.headers.get("cache-control")).toBe("no-cache");
  const etag = index?.headers.get("etag") ?? "";
  const same = await fetch("/", { accept: "text/html", "if-none-match": etag });
  expect(same?.status).toBe(304);
});

/** This thread's own work in milliseconds: what else the machine does is not counted. */
const workedMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

test("a long Accept-Encoding costs nothing and gets the plain form", async () => {
  const askedFor = async (accepted: string) =>
    (await fetch("/assets/main-Ab3dEf9h.js", { "accept-encoding": accepted }))?.headers.get(
      "content-encoding",
    );
  const padded = (length: number) => `br${" ".repeat(length - 8)};q=0.5`;
  expect(await askedFor(padded(256))).toBe("br");
  expect(await askedFor(padded(257))).toBeNull();
  const before = workedMs();
  expect(await askedFor(`a${" ".repeat(200_000)}b`)).toBeNull();
  expect(workedMs() - before).toBeLessThan(1_000);
});

test("an address without an extension is a page of the console; a missing file is none", async () => {
  for (const path of ["/", "/installations/i1", "/sign-in/link"]) {
    const response = await fetch(path, { accept: "text/html,*/*" });
    expect(response?.headers.get("content-type")).toContain("text/html");
  }
  expect(await fetch("/assets/gone-Ab3dEf9h.js", { accept: "*/*" })).toBeUndefined();
  expect(await fetch("/", { accept: "text/html" }, "POST")).toBeUndefined();
  const head = await fetch("/color-scheme.js", {}, "HEAD");
  expect([head?.headers.get("content-length"), await head?.text()]).toEqual(["1", ""]);
});

test.each([
  "/../secret.txt",
  "/..%2fsecret.txt",
  "/%2e%2e/secret.txt",
  "/assets/..%5c..%5csecret.txt",
  "/link.txt",
  "/%00.txt",
  "/%zz.txt",
  "//etc/passwd.txt",
  "/assets/main-Ab3dEf9h.js.br",
  "/__proto__.txt",
])("%s reaches nothing", async (path) => {
  expect(await fetch(path, { accept: "text/plain" })).toBeUndefined();
});

test("the policy lets scripts come from its own files only and apps be reached on their hosts", () => {
  const headers = createConsoleHeaders(sources);
  const policy = headers["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain(`connect-src 'self' ${sources.apps} ${sources.frames}`);
  expect(policy).toContain(`frame-src ${sources.frames}`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
  const smuggled = { ...sources, apps: "http://*.x; script-src *" };
  expect(() => createConsoleHeaders(smuggled)).toThrow("not a source");
});

/**
 * Serves the console's built files.
 *
 * Trust: a requested path is only ever looked up among the files found when the folder was read, so
 * nothing else can be reached by it. Files with a hash in their name never change and are cached for a
 * year; the rest is revalidated. An address without an extension is one of the console's pages.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { type ContentSources, createConsoleHeaders } from "./console-policy.ts";

const types: Readonly<Record<string, string>> = Object.freeze({
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json; charset=utf-8",
});
const encodings = Object.freeze([
  { extension: ".br", coding: "br" },
  { extension: ".gz", coding: "gzip" },
] as const);
const hashed = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
/** Longer headers are no browser's; who sends one gets the plain form. */
const maxAcceptLength = 256;
const immutable = "public, max-age=31536000, immutable";

interface ConsoleFile {
  readonly path: string;
  readonly type: string;
  readonly isImmutable: boolean;
  readonly etag: string;
  /** Paths of the compressed forms, by coding, best first. */
  readonly compressed: readonly { readonly coding: string; readonly path: string }[];
}

export interface ConsoleFiles {
  /** Undefined when the address is none of the console's. */
  fetch(request: Request): Promise<Response | undefined>;
}

async function indexFiles(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // Links are left out: they may lead anywhere.
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const present = new Set(paths);
  const files = new Map<string, ConsoleFile>();
  for (const path of paths) {
    const type = types[extname(path)];
    if (type === undefined) continue;
    const address = `/${relative(folder, path).split(sep).join("/")}`;
    const digest = createHash("sha256")
      .update(await readFile(path))
      .digest("base64url");
    files.set(address, {
      path,
      type,
      isImmutable: address.startsWith("/assets/") && hashed.test(address),
      etag: digest.slice(0, 22),
      compressed: encodings
        .map(({ coding, extension }) => ({ coding, path: path + extension }))
        .filter((form) => present.has(form.path)),
    });
  }
  return files;
}

function acceptedCodings(request: Request): ReadonlySet<string> {
  const header = request.headers.get("accept-encoding") ?? "";
  if (header.length > maxAcceptLength) return new Set();
  const codings = header.split(",").map((coding) => coding.split(";").map((part) => part.trim()));
  return new Set(
    codings
      .filter(([, weight]) => !/^q=0(?:\.0*)?$/.test(weight ?? ""))
      .map(([name]) => name ?? ""),
  );
}

function findFile(files: ReadonlyMap<string, ConsoleFile>, request: Request) {
  let path: string;
  try {
    path = decodeURIComponent(new URL(request.url).pathname);
  } catch {
    // A malformed escape names no file.
    return undefined;
  }
  // Behind a running app's address are the app's own routes, which may look like files.
  const isAddress = extname(path) === "" || path.startsWith("/run/");
  const isPage = isAddress && (request.headers.get("accept") ?? "*/*").match(/text\/html|\*\/\*/);
  return files.get(path) ?? (isPage ? files.get("/index.html") : undefined);
}

/**
 * @param sources - asked at each answer, since a port may be known only once it is open
 * @throws whatever the file system throws when the folder cannot be read
 */
export async function openConsoleFiles(options: {
  readonly folder: string;
  readonly sources: () => ContentSources;
}): Promise<ConsoleFiles> {
  const files = await indexFiles(options.folder);
  return {
    async fetch(request) {
      if (request.method !== "GET" && request.method !== "HEAD") return undefined;
      const file = findFile(files, request);
      if (file === undefined) return undefined;
      const accepted = acceptedCodings(request);
      const form = file.compressed.find(({ coding }) => accepted.has(coding));
      const etag = `"${file.etag}${form === undefined ? "" : `-${form.coding}`}"`;
      const headers = new Headers({
        ...createConsoleHeaders(options.sources()),
        "cache-control": file.isImmutable ? immutable : "no-cache",
        "content-type": file.type,
        etag,
        vary: "accept-encoding",
      });
      if (request.headers.get("if-none-match") === etag) {
        return new Response(null, { status: 304, headers });
      }
      if (form !== undefined) headers.set("content-encoding", form.coding);
      const bytes = await readFile(form?.path ?? file.path);
      headers.set("content-length", String(bytes.byteLength));
      return new Response(request.method === "HEAD" ? null : bytes, { headers });
    },
  };
}

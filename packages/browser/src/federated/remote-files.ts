/**
 * The files of one release of a federated app, by their paths in its list.
 *
 * Invariant: text leaves here only when the list names it and its bytes have the listed digest,
 * wherever it came from: the network, or what was kept of the release.
 */
import { BerthError, type RemoteFile, type RemoteList } from "@berth/protocol";
import { checkDigest } from "./digest.ts";
import type { FetchBytesOptions } from "./fetch-bytes.ts";
import { fetchChecked } from "./fetch-checked.ts";

export interface RemoteFiles {
  /** The path of an address, as the list has it. @throws BerthError REMOTE_FILE_UNLISTED */
  pathOf(specifier: string, referrer: string): string;
  /** @throws BerthError REMOTE_FILE_UNLISTED */
  entry(path: string): RemoteFile;
  /** Where the file lies, for its stack traces and the images beside it. */
  urlOf(path: string): string;
  /** @throws BerthError REMOTE_FILE_UNLISTED, PACKAGE_DIGEST_MISMATCH, SERVER_UNREACHABLE, VIEW_LOAD_FAILED */
  text(path: string): Promise<string>;
}

export interface RemoteFilesOptions {
  readonly list: RemoteList;
  /** The address of the list; files lie beside and below it. */
  readonly base: string;
  readonly network: FetchBytesOptions;
  /** What was kept of the release, asked instead of the network. Undefined for what it lacks. */
  readonly kept?: (digest: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The requests in flight at once. */
  readonly maxParallel?: number;
}

export function createRemoteFiles(options: RemoteFilesOptions): RemoteFiles {
  const { list, network, kept } = options;
  const folder = new URL(".", options.base);
  const texts = new Map<string, Promise<string>>();
  const enter = createGate(options.maxParallel ?? 8);

  function entry(path: string): RemoteFile {
    const file = Object.hasOwn(list.files, path) ? list.files[path] : undefined;
    if (file !== undefined) return file;
    throw unlisted(path);
  }

  async function load(path: string): Promise<string> {
    const { digest, bytes } = entry(path);
    const url = new URL(path, folder).href;
    const content = await enter(() =>
      kept === undefined
        ? fetchChecked({ url, maxBytes: bytes, digest }, network)
        : readKept(path, digest, kept),
    );
    // Kept as it is, a byte order mark too: the list counts its positions from the very beginning.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  }

  async function readKept(
    path: string,
    digest: string,
    read: NonNullable<RemoteFilesOptions["kept"]>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const content = await read(digest);
    if (content === undefined)
      throw new BerthError(
        "VIEW_LOAD_FAILED",
        `${path} of the kept release is not there any more.`,
      );
    await checkDigest(path, content, digest);
    return content;
  }

  return {
    entry,
    urlOf: (path) => new URL(path, folder).href,
    pathOf(specifier, referrer) {
      const url = URL.parse(specifier, new URL(referrer, folder));
      const isBelow = url?.href.startsWith(folder.href) === true && url.search === "";
      const path = isBelow ? url.href.slice(folder.href.length) : undefined;
      if (path === undefined) throw unlisted(specifier);
      entry(path);
      return path;
    },
    text(path) {
      const text = texts.get(path) ?? load(path);
      texts.set(path, text);
      // What failed may be asked for again; who waits for it now hears of it.
      text.catch(() => texts.delete(path));
      return text;
    },
  };
}

function unlisted(what: string): BerthError {
  return new BerthError(
    "REMOTE_FILE_UNLISTED",
    `${JSON.stringify(what.slice(0, 200))} is not on the federated app's list, so it is not loaded; build the app and its list together.`,
  );
}

/** At most so many at once; the others wait in order. */
function createGate(max: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

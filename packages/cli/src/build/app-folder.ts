/** An app as its author keeps it: a folder with `berth.json`. */
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { manifestName } from "@berth/bundle";
import { BerthError, type ParsedManifest, parseManifest } from "@berth/protocol";

export interface AppFolder {
  /** Absolute. */
  readonly root: string;
  readonly manifest: ParsedManifest;
  /** `berth.json` byte for byte, as it goes into the package. */
  readonly manifestBytes: Uint8Array;
}

/** @throws BerthError FILE_UNREADABLE; MANIFEST_INVALID with every problem */
export async function openAppFolder(cwd: string, folder = "."): Promise<AppFolder> {
  const root = resolve(cwd, folder);
  const path = join(root, manifestName);
  let manifestBytes: Buffer;
  try {
    manifestBytes = await readFile(path);
  } catch (cause) {
    const isFolder = await stat(root).then(
      (found) => found.isDirectory(),
      // Nothing there at all: the message below says so.
      () => false,
    );
    const why = isFolder ? "there is no berth.json in it" : "it is not a folder";
    throw new BerthError(
      "FILE_UNREADABLE",
      `${root} is not an app: ${why}. Run the command in an app's folder, or make one by \`berth new\`.`,
      { cause },
    );
  }
  return { root, manifest: parseManifest(parseJson(manifestBytes)), manifestBytes };
}

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid("berth.json is not UTF-8 text; save it as UTF-8.", cause);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : "it does not parse";
    const at = /position (\d+)/.exec(said)?.[1];
    const where = at === undefined ? "" : `:${lineAndColumn(text, Number(at))}`;
    throw invalid(`berth.json${where} is not JSON: ${said}.`, cause);
  }
}

function invalid(message: string, cause: unknown): BerthError {
  return new BerthError("MANIFEST_INVALID", message, {
    cause,
    details: { problems: [{ path: "", message }] },
  });
}

/** `line:column`, both from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

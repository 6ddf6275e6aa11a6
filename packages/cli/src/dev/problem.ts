/** Turns a failed build, or a berth.json with errors, into what the page and the terminal show. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type BerthError, toWire } from "@berth/protocol";
import type { DevExcerpt, DevPlace, DevProblem } from "@berth/protocol/dev";
import { plainBlock } from "../terminal/plain-text.ts";
import { excerptOf } from "./excerpt.ts";

interface Told {
  readonly path: string;
  readonly message: string;
}

const maxOthers = 20;
const placed = /^(.+?):(\d+):(\d+)$/;

export async function problemOf(error: BerthError, root: string): Promise<DevProblem> {
  const [first, ...others] = toldBy(error);
  const isManifest = error.code === "MANIFEST_INVALID";
  const path = isManifest ? manifestPlace(error.message) : first?.path;
  const at = placed.exec(path ?? "");
  const place =
    at === null ? undefined : { file: at[1] ?? "", line: Number(at[2]), column: Number(at[3]) };
  const message = first?.message ?? error.message;
  return {
    message: plain(withoutPlace(message, path)),
    place: place ?? (path === undefined ? null : { file: path }),
    excerpt: place === undefined ? null : await read(root, place),
    others: others.slice(0, maxOthers).map((each) => plain(each.message)),
  };
}

function toldBy(error: BerthError): readonly Told[] {
  const problems = toWire(error).details?.problems;
  if (!Array.isArray(problems)) return [];
  // Of our own making (build-error.ts, app-folder.ts, the manifest's parser).
  return problems as readonly Told[];
}

/** Only JSON that does not parse has a line; a field is named by the message itself. */
function manifestPlace(message: string): string {
  return /^berth\.json:\d+:\d+/.exec(message)?.[0] ?? "berth.json";
}

/** The place stands beside it. */
function withoutPlace(message: string, path: string | undefined): string {
  if (path === undefined) return message;
  if (message.startsWith(`${path}: `)) {
    const rest = message.slice(path.length + 2);
    return rest.charAt(0).toUpperCase() + rest.slice(1);
  }
  const rest = message.startsWith(`${path} `) ? message.slice(path.length + 1) : message;
  return rest.startsWith("is ") ? `It ${rest}` : rest;
}

async function read(root: string, place: DevPlace): Promise<DevExcerpt | null> {
  try {
    return excerptOf(await readFile(resolve(root, place.file), "utf8"), place);
  } catch {
    // The file may be gone again by now; message and place still say what was wrong.
    return null;
  }
}

function plain(text: string): string {
  return plainBlock(text.slice(0, 4_000), "");
}

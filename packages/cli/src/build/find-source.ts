/** From which source a built file of the manifest is made. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";

const sourceEndings = [".tsx", ".ts", ".jsx", ".js", ".mjs"];

/**
 * The source of `calculator.js`: that path, or the one below `src/`, with an ending of
 * TypeScript or JavaScript. Relative to `root`.
 *
 * @param field - the manifest's field, for messages
 * @throws BerthError BUILD_FAILED when there is none, or more than one
 */
export async function findSource(root: string, builtPath: string, field: string): Promise<string> {
  const stem = /^(.*)\.m?js$/.exec(builtPath)?.[1];
  if (stem === undefined) {
    throw new BerthError(
      "BUILD_FAILED",
      `berth.json ${field} is "${builtPath}"; expected the name of the built file, which ends in .js; a page (.html) needs ui.mode "html".`,
      { details: { path: field } },
    );
  }
  const candidates = ["", "src/"].flatMap((prefix) =>
    sourceEndings.map((ending) => `${prefix}${stem}${ending}`),
  );
  const found: string[] = [];
  for (const candidate of candidates) {
    if (await isFile(join(root, candidate))) found.push(candidate);
  }
  const [source, ...others] = found;
  if (source !== undefined && others.length === 0) return source;
  if (source === undefined) {
    throw new BerthError(
      "BUILD_FAILED",
      `berth.json ${field} is "${builtPath}", but there is nothing to build it from; expected ${stem}.ts, .tsx, .js or .jsx, here or below src/.`,
      { details: { path: field, looked: candidates } },
    );
  }
  throw new BerthError(
    "BUILD_FAILED",
    `berth.json ${field} is "${builtPath}", which could be built from ${found.join(" or ")}; keep one.`,
    { details: { path: field, found } },
  );
}

/**
 * The source of `app.html`: that path, or the one below `src/`. Relative to `root`.
 *
 * @throws BerthError BUILD_FAILED when there is none, or more than one
 */
export async function findPage(root: string, builtPath: string): Promise<string> {
  if (!builtPath.endsWith(".html")) {
    throw new BerthError(
      "BUILD_FAILED",
      `berth.json entryPoint is "${builtPath}"; with ui.mode "html" it is a page, which ends in .html.`,
      { details: { path: "entryPoint" } },
    );
  }
  const looked = [builtPath, `src/${builtPath}`];
  const found: string[] = [];
  for (const path of looked) if (await isFile(join(root, path))) found.push(path);
  const [source, ...others] = found;
  if (source !== undefined && others.length === 0) return source;
  throw new BerthError(
    "BUILD_FAILED",
    source === undefined
      ? `berth.json entryPoint is "${builtPath}", but neither ${looked.join(" nor ")} is there.`
      : `berth.json entryPoint is "${builtPath}", which could be built from ${found.join(" or ")}; keep one.`,
    { details: { path: "entryPoint", looked } },
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw cause;
  }
}

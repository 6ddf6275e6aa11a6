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
      `berth.json ${field} is "${builtPath}"; expected the name of the built file, which ends in .js.`,
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

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw cause;
  }
}

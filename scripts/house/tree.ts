/** Every text file of the repository that is, or could be, committed. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface TreeFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const left = new Set([
  ...["node_modules", "dist", ".git", ".berth", "coverage", "test-results", "generated"],
]);
const textFile =
  /(?:\.(?:ts|tsx|mts|js|mjs|cjs|json|jsonc|md|html|css|sh|ya?ml|toml|sql|txt|svg)|\/run|Dockerfile|(?:^|\/)\.[a-z]+)$/;

export async function readTree(root: string): Promise<readonly TreeFile[]> {
  const paths = await walk(root, "");
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(root, path), "utf8") })),
  );
}

async function walk(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!left.has(entry.name)) found.push(...(await walk(root, path)));
    } else if (entry.isFile() && textFile.test(path) && !path.endsWith(".tsbuildinfo")) {
      found.push(path);
    }
  }
  return found.sort();
}

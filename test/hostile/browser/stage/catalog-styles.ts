/** The catalog's style sheets as one, as a product's bundler would make them. */
import { readFile } from "node:fs/promises";

const entry = new URL("../../../../packages/react/styles.css", import.meta.url);

export async function catalogStyles(): Promise<string> {
  const parts = [...(await readFile(entry, "utf8")).matchAll(/@import "(.+?)"/g)];
  const files = parts.map(([, path]) => readFile(new URL(path ?? "", entry), "utf8"));
  return (await Promise.all(files)).join("\n");
}

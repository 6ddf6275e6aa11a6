import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the console lets no publisher's app run in its own page", async () => {
  const sources = fileURLToPath(new URL("../../src/", import.meta.url));
  const files = (await readdir(sources, { recursive: true })).filter((file) =>
    /\.tsx?$/.test(file),
  );
  const texts = await Promise.all(files.map((file) => readFile(sources + file, "utf8")));
  // What it runs apps with is made there; without that word a federated app is refused.
  expect(texts.some((text) => text.includes("@berth/react"))).toBe(true);
  expect(texts.filter((text) => text.includes("allowPermissive"))).toEqual([]);
});

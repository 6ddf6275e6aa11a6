/** Links between documents lead somewhere, and the documents that the house needs are there. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readTree } from "../../scripts/house/tree.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Relative links of a Markdown text; addresses, anchors and code are left out. */
function relativeLinks(text: string): readonly string[] {
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]*`(?!\])/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^(?:[a-z][a-z+.-]*:|#)/i.test(target))
    .map((target) => decodeURIComponent(target.replace(/[#?].*$/, "")));
}

function brokenLinks(path: string, text: string): readonly string[] {
  return relativeLinks(text)
    .filter((target) => {
      const base = target.startsWith("/") ? root : join(root, dirname(path));
      return !existsSync(normalize(join(base, target)));
    })
    .map((target) => `${path}: ${target}`);
}

it("finds a link that leads nowhere", () => {
  const text =
    "[a](packages) [b](absent.md#x) [c](https://example.org/) [d](#e)\n```\n[f](gone.md)\n```";
  expect(brokenLinks("README.md", text)).toEqual(["README.md: absent.md"]);
  expect(brokenLinks("docs/a.md", "[up](../package.json) [`code`](../nope.ts)")).toEqual([
    "docs/a.md: ../nope.ts",
  ]);
});

it("leads somewhere from every document", async () => {
  const documents = (await readTree(root)).filter(({ path }) => path.endsWith(".md"));
  expect(documents.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]),
  );
  expect(documents.flatMap(({ path, text }) => brokenLinks(path, text))).toEqual([]);
});

describe("ARCHITECTURE.md", () => {
  const read = (): Promise<string> => readFile(join(root, "ARCHITECTURE.md"), "utf8");

  it("stays within 300 lines", async () => {
    expect((await read()).trimEnd().split("\n").length).toBeLessThanOrEqual(300);
  });

  it.each(["Life of an install", "Life of a request"])("links the files of: %s", async (title) => {
    const sections = (await read()).split(/^#+ /m);
    const section = sections.find((text) => text.toLowerCase().startsWith(title.toLowerCase()));
    const files = relativeLinks(section ?? "").filter((target) => /\.tsx?$/.test(target));
    expect(files.length, `source files linked under "${title}"`).toBeGreaterThanOrEqual(5);
  });
});

it("gives each package a README with an example and what it does not do", async () => {
  const poor: string[] = [];
  for (const name of await readdir(join(root, "packages"))) {
    const path = join(root, "packages", name, "README.md");
    const text = existsSync(path) ? await readFile(path, "utf8") : "";
    if (!text.includes("```") || !/\bnot\b/.test(text)) poor.push(`packages/${name}/README.md`);
  }
  expect(poor).toEqual([]);
});

it("gives each sample app a README of its own", async () => {
  const apps = await readdir(join(root, "apps"));
  expect(apps.filter((name) => !existsSync(join(root, "apps", name, "README.md")))).toEqual([]);
});

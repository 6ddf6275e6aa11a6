import fc from "fast-check";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markdown } from "../../src/catalog/markdown/Markdown.tsx";
import type { BlockNode } from "../../src/catalog/markdown/markdown-node.ts";
import { parseInline, safeAddress } from "../../src/catalog/markdown/parse-inline.ts";
import { maxMarkdownLength, parseMarkdown } from "../../src/catalog/markdown/parse-markdown.ts";

const kinds = (source: string) => parseMarkdown(source).map(({ kind }) => kind);
const text = (value: string) => ({ kind: "text", text: value });

/** This thread's own work in milliseconds: what else the machine does is not counted. */
const workedMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

describe("markdown", () => {
  it("reads the blocks that a readme is made of", () => {
    const source = [
      ...["# Title", "", "Some words", "that go on", "- one", "- two", "  more", "1. first"],
      ...["> quoted", "```js", "<b>code</b>", "```", "| a | b |", "|---|---|", "| 1 | 2 |", "---"],
    ].join("\n");
    expect(kinds(source)).toEqual([
      ...["heading", "paragraph", "list", "list", "quote", "code", "table", "rule"],
    ]);
    expect(parseMarkdown(source)[1]).toEqual({
      kind: "paragraph",
      children: [text("Some words that go on")],
    });
    expect(parseMarkdown(source)[2]).toMatchObject({ items: [[text("one")], [text("two more")]] });
  });

  it("reads strong, emphasis, code and links, and leaves words with underscores alone", () => {
    expect(parseInline("**a** *b* `c` [d](https://e.example/) snake_case_word")).toEqual([
      { kind: "strong", children: [text("a")] },
      text(" "),
      { kind: "emphasis", children: [text("b")] },
      text(" "),
      { kind: "code", text: "c" },
      text(" "),
      { kind: "link", href: "https://e.example/", children: [text("d")] },
      text(" snake_case_word"),
    ]);
  });

  it("keeps tags as the text that they are", () => {
    expect(parseMarkdown("<script>alert(1)</script>")).toEqual([
      { kind: "paragraph", children: [text("<script>alert(1)</script>")] },
    ]);
  });

  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://a.example/x",
    "//evil.example",
    "/settings",
    "https://user:password@evil.example/",
  ])("does not link to %j", (address) => {
    expect(safeAddress(address)).toBeUndefined();
    const found = JSON.stringify(parseMarkdown(`[words](${address})`));
    expect(found).not.toContain('"link"');
  });

  it("shows an image's words and never loads it", () => {
    expect(parseInline("![logo](https://spy.example/x.png)")).toEqual([
      { kind: "link", href: "https://spy.example/x.png", children: [text("logo")] },
    ]);
  });

  it("does not slow down on text that is made to", () => {
    for (const unit of ["*a", "[", "![", "_a ", "`", "**", "> ", "[a](", "|-"]) {
      const source = unit.repeat(maxMarkdownLength / unit.length);
      const before = workedMs();
      parseMarkdown(source);
      expect(workedMs() - before).toBeLessThan(3_000);
    }
  });

  it.each([
    ["a bar, blanks and a letter", `a|b\n|${" ".repeat(maxMarkdownLength - 6)}x`],
    ["many such lines", `|${" ".repeat(1_997)}x\n`.repeat(50)],
    ["dashes", `a|b\n|${"-".repeat(maxMarkdownLength - 6)}x`],
    ["a hash, blanks and a letter", `#${" ".repeat(maxMarkdownLength - 2)}x`],
    ["a hash and blanks", `#${" ".repeat(maxMarkdownLength - 1)}`],
    ["a hash and line separators", `#${"\u2028".repeat(maxMarkdownLength - 2)}x`],
    ["a bullet and line separators", `-${"\u2028".repeat(maxMarkdownLength - 2)}x`],
    ["a number and line separators", `1.${"\u2029".repeat(maxMarkdownLength - 3)}x`],
    ["carriage returns", "\r".repeat(maxMarkdownLength)],
  ])("reads 100,000 characters of %s in no time", (_name, source) => {
    // The best of three: collecting others' garbage is not the parser's work.
    const tookMs = [1, 2, 3].map(() => {
      const before = workedMs();
      parseMarkdown(source);
      return workedMs() - before;
    });
    expect(Math.min(...tookMs)).toBeLessThan(300);
  });

  it("ends lines at every kind of line end and cuts what is too long", () => {
    expect(kinds("# a\r\n- b\r# c\u2028> d\u2029---")).toEqual([
      ...["heading", "list", "heading", "quote", "rule"],
    ]);
    expect(parseMarkdown("x".repeat(5_000))).toEqual([
      { kind: "paragraph", children: [text("x".repeat(2_000))] },
    ]);
    expect(parseMarkdown("## Title ##  ")).toEqual([
      { kind: "heading", level: 2, children: [text("Title")] },
    ]);
  });

  it("reads any text at all into known nodes, with no address that is not plain", () => {
    const piece = fc.constantFrom(
      ...["#", " ", "\n", "*", "_", "`", "[", "]", "(", ")", "!", "|", "-", ">", "a", "1.", "\\"],
      ...["javascript:", "https://a.example", "<img src=x onerror=y>", "\u0000", "\u202e"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const blocks: readonly BlockNode[] = parseMarkdown(pieces.join(""));
        for (const [, href] of JSON.stringify(blocks).matchAll(/"href":"([^"]*)"/g)) {
          expect(href).toMatch(/^(?:https?:\/\/|mailto:)/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is escaped when React draws it, and leads nowhere by itself", () => {
    const source =
      "<img src=x onerror=alert(1)> [words](https://a.example/?q=1) *[b](mailto:a@b.c)*";
    for (const onLink of [undefined, () => {}]) {
      const drawn = renderToStaticMarkup(createElement(Markdown, { source, onLink }));
      expect(drawn).toContain("&lt;img src=x onerror=alert(1)&gt;");
      expect(drawn).not.toMatch(/<img|<a[ >]|href=/);
      expect(drawn).toContain("https://a.example/?q=1");
    }
  });
});

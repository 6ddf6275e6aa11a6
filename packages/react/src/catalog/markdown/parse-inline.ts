/**
 * Inline markdown: code, strong, emphasis and links, in one pass over the text.
 *
 * Trust: the text is a publisher's. A closing mark is looked for at most once per opening one and
 * never beyond `maxSpan`, so the work is linear; a link's address must be plainly http, https or
 * mailto, else only its words are kept.
 */
import type { InlineNode } from "./markdown-node.ts";

const maxSpan = 2_000;
const maxDepth = 4;

export function parseInline(text: string, depth = 0): readonly InlineNode[] {
  const nodes: InlineNode[] = [];
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain !== "") nodes.push({ kind: "text", text: plain });
    plain = "";
  };
  while (at < text.length) {
    const found = depth < maxDepth ? readSpan(text, at, depth) : undefined;
    if (found) {
      flush();
      nodes.push(...found.nodes);
      at = found.end;
    } else {
      const isEscape = text[at] === "\\" && /[\\`*_[\]()#!]/.test(text[at + 1] ?? "");
      if (isEscape) at += 1;
      plain += text[at] ?? "";
      at += 1;
    }
  }
  flush();
  return nodes;
}

interface Span {
  readonly nodes: readonly InlineNode[];
  readonly end: number;
}

function readSpan(text: string, at: number, depth: number): Span | undefined {
  const mark = text[at];
  if (mark === "`") return readCode(text, at);
  if (mark === "*" || mark === "_") return readEmphasis(text, at, mark, depth);
  if (mark === "[") return readLink(text, at, depth);
  // An image is not loaded: it would tell its host who reads. Its description stays.
  if (mark === "!" && text[at + 1] === "[") {
    return readLink(text, at + 1, depth);
  }
  return undefined;
}

function readCode(text: string, at: number): Span | undefined {
  const end = find(text, "`", at + 1);
  if (end === undefined || end === at + 1) return undefined;
  return { nodes: [{ kind: "code", text: text.slice(at + 1, end) }], end: end + 1 };
}

function readEmphasis(text: string, at: number, mark: string, depth: number): Span | undefined {
  const isStrong = text[at + 1] === mark;
  const width = isStrong ? 2 : 1;
  // snake_case is a word, not emphasis.
  if (mark === "_" && /\w/.test(text[at - 1] ?? "")) return undefined;
  if (/\s/.test(text[at + width] ?? " ")) return undefined;
  const end = find(text, mark.repeat(width), at + width);
  if (end === undefined || end === at + width) return undefined;
  const children = parseInline(text.slice(at + width, end), depth + 1);
  return { nodes: [{ kind: isStrong ? "strong" : "emphasis", children }], end: end + width };
}

function readLink(text: string, at: number, depth: number): Span | undefined {
  const close = find(text, "]", at + 1);
  if (close === undefined || text[close + 1] !== "(") return undefined;
  const end = find(text, ")", close + 2);
  if (end === undefined) return undefined;
  const children = parseInline(text.slice(at + 1, close), depth + 1);
  const href = safeAddress(text.slice(close + 2, end).split(/\s/, 1)[0] ?? "");
  return {
    nodes: href === undefined ? children : [{ kind: "link", href, children }],
    end: end + 1,
  };
}

/** The address as the browser will read it, or nothing when it is not one that may be followed. */
export function safeAddress(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    // Relative addresses would lead into the console, which a readme has no business in.
    return undefined;
  }
  if (!["https:", "http:", "mailto:"].includes(url.protocol)) return undefined;
  return url.username === "" && url.password === "" ? url.href : undefined;
}

function find(text: string, mark: string, from: number): number | undefined {
  const index = text.slice(from, from + maxSpan).indexOf(mark);
  return index < 0 ? undefined : from + index;
}

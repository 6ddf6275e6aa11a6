/**
 * A readme's markdown as a small tree of known nodes.
 *
 * Trust: the text is a publisher's. There is no HTML: tags are shown as the text they are. The
 * whole and each line are bounded, and a line is tested a fixed number of times by patterns that
 * never try the same characters in two ways, so the work is linear in the length.
 */
import type { BlockNode } from "./markdown-node.ts";
import { parseInline } from "./parse-inline.ts";

export const maxMarkdownLength = 100_000;

const maxLineLength = 2_000;

// Lines come without blanks at their end. No pattern has two neighbours that match the same.
const heading = /^(#{1,6})(?:\s+(\S.*))?$/;
const bullet = /^\s{0,3}[-*+]\s+(\S.*)$/;
const ordered = /^\s{0,3}\d{1,9}[.)]\s+(\S.*)$/;
const rule = /^ {0,3}(?:-{3,}|\*{3,}|_{3,})$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const tableRuleCell = /^:?-{2,}:?$/;

export function parseMarkdown(source: string): readonly BlockNode[] {
  const lines = source
    .slice(0, maxMarkdownLength)
    .replace(/\r\n|[\r\u2028\u2029]/g, "\n")
    .split("\n")
    .map((line) => line.slice(0, maxLineLength).trimEnd());
  const blocks: BlockNode[] = [];
  let at = 0;
  while (at < lines.length) {
    const { block, next } = readBlock(lines, at);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

interface BlockReading {
  readonly block: BlockNode | undefined;
  /** The first line that does not belong to it; always beyond the one it began at. */
  readonly next: number;
}

function readBlock(lines: readonly string[], at: number): BlockReading {
  const line = lines[at] ?? "";
  if (line === "") return { block: undefined, next: at + 1 };
  const opening = fence.exec(line);
  if (opening?.[1]) return readFence(lines, at, opening[1]);
  if (rule.test(line)) return { block: { kind: "rule" }, next: at + 1 };
  const title = heading.exec(line);
  if (title) {
    const level = Math.min(title[1]?.length ?? 1, 4) as 1 | 2 | 3 | 4;
    const words = (title[2] ?? "").replace(/ #+$/, "");
    return { block: { kind: "heading", level, children: parseInline(words) }, next: at + 1 };
  }
  if (bullet.test(line)) return readList(lines, at, bullet, false);
  if (ordered.test(line)) return readList(lines, at, ordered, true);
  if (line.startsWith(">")) return readQuote(lines, at);
  if (line.includes("|") && isTableRule(lines[at + 1] ?? "")) return readTable(lines, at);
  return readParagraph(lines, at);
}

function readFence(lines: readonly string[], at: number, mark: string): BlockReading {
  const held: string[] = [];
  let next = at + 1;
  while (next < lines.length && !(lines[next] ?? "").trimStart().startsWith(mark)) {
    held.push(lines[next] ?? "");
    next += 1;
  }
  return { block: { kind: "code", text: held.join("\n") }, next: next + 1 };
}

function readList(
  lines: readonly string[],
  at: number,
  pattern: RegExp,
  isOrdered: boolean,
): BlockReading {
  const items: string[] = [];
  let next = at;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? "";
    const item = pattern.exec(line);
    if (item) items.push(item[1] ?? "");
    else if (/^\s+\S/.test(line) && items.length > 0) {
      items[items.length - 1] = `${items.at(-1)} ${line.trim()}`;
    } else break;
  }
  const parsed = items.map((item) => parseInline(item));
  return { block: { kind: "list", isOrdered, items: parsed }, next };
}

function readQuote(lines: readonly string[], at: number): BlockReading {
  const held: string[] = [];
  let next = at;
  while ((lines[next] ?? "").startsWith(">")) {
    held.push((lines[next] ?? "").replace(/^>\s?/, ""));
    next += 1;
  }
  return { block: { kind: "quote", children: parseInline(held.join(" ")) }, next };
}

/** `|---|:--:|`, with or without the outer bars. */
function isTableRule(line: string): boolean {
  if (!line.includes("|")) return false;
  const cells = line.trim().replace(/^\|/, "").replace(/\|$/, "").split("|");
  return cells.every((cell) => tableRuleCell.test(cell.trim()));
}

function readTable(lines: readonly string[], at: number): BlockReading {
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\|/, "")
      .replace(/\|$/, "")
      .split("|")
      .slice(0, 20)
      .map((cell) => parseInline(cell.trim()));
  const rows: ReturnType<typeof cells>[] = [];
  let next = at + 2;
  while ((lines[next] ?? "").includes("|")) {
    rows.push(cells(lines[next] ?? ""));
    next += 1;
  }
  return { block: { kind: "table", head: cells(lines[at] ?? ""), rows }, next };
}

function readParagraph(lines: readonly string[], at: number): BlockReading {
  const held = [lines[at] ?? ""];
  let next = at + 1;
  while (next < lines.length && !startsBlock(lines[next] ?? "")) {
    held.push(lines[next] ?? "");
    next += 1;
  }
  const words = held.map((line) => line.trim()).join(" ");
  return { block: { kind: "paragraph", children: parseInline(words) }, next };
}

function startsBlock(line: string): boolean {
  return (
    line.trim() === "" ||
    line.startsWith(">") ||
    [fence, rule, heading, bullet, ordered].some((pattern) => pattern.test(line))
  );
}

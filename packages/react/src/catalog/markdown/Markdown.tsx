/**
 * An app's text. Only known nodes become elements; nothing of it is ever read as HTML.
 *
 * Links lead nowhere by themselves, or one press would carry what an app has read to wherever it
 * likes: the app hears which one was pressed and may ask its host to open it.
 */
import { type ReactNode, useMemo } from "react";
import type { ComponentProps } from "../component-props.ts";
import type { BlockNode, InlineNode } from "./markdown-node.ts";
import { parseMarkdown } from "./parse-markdown.ts";

type OnLink = ComponentProps<"Markdown">["onLink"];

export function Markdown({ source, onLink }: ComponentProps<"Markdown">): ReactNode {
  const blocks = useMemo(() => parseMarkdown(source), [source]);
  return (
    <div className="berth-markdown">
      {blocks.map((block, index) => drawBlock(block, `${block.kind}${index}`, onLink))}
    </div>
  );
}

// The tree never changes order between renders, so a place in it is a stable key.
function drawBlock(block: BlockNode, key: string, onLink: OnLink): ReactNode {
  const inline = (nodes: readonly InlineNode[]): ReactNode => drawInline(nodes, onLink);
  switch (block.kind) {
    case "heading": {
      // The view's page has an h1 of its own.
      const Tag = (["h2", "h3", "h4", "h4"] as const)[block.level - 1] ?? "h4";
      return (
        <Tag key={key} className="berth-heading" data-level={Math.min(block.level + 1, 4)}>
          {inline(block.children)}
        </Tag>
      );
    }
    case "paragraph":
      return <p key={key}>{inline(block.children)}</p>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <pre key={key} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return <blockquote key={key}>{inline(block.children)}</blockquote>;
    case "list": {
      const Tag = block.isOrdered ? "ol" : "ul";
      return (
        <Tag key={key}>
          {block.items.map((item, at) => (
            <li key={`${key}-${String(at)}`}>{inline(item)}</li>
          ))}
        </Tag>
      );
    }
    case "table":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <div key={key} className="berth-markdown-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {block.head.map((cell, at) => (
                  <th key={`${key}-h${String(at)}`} scope="col">
                    {inline(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, at) => (
                <tr key={`${key}-r${String(at)}`}>
                  {row.map((cell, column) => (
                    <td key={`${key}-${String(at)}-${String(column)}`}>{inline(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "rule":
      return <hr key={key} className="berth-divider" />;
  }
}

function drawInline(nodes: readonly InlineNode[], onLink: OnLink): ReactNode {
  return nodes.map((node, index) => drawInlineNode(node, `${node.kind}${index}`, onLink));
}

function drawInlineNode(node: InlineNode, key: string, onLink: OnLink): ReactNode {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return <code key={key}>{node.text}</code>;
    case "strong":
      return <strong key={key}>{drawInline(node.children, onLink)}</strong>;
    case "emphasis":
      return <em key={key}>{drawInline(node.children, onLink)}</em>;
    case "link":
      return onLink === undefined ? (
        <span key={key}>
          {drawInline(node.children, undefined)}{" "}
          <span className="berth-markdown-address">({node.href})</span>
        </span>
      ) : (
        <button
          key={key}
          type="button"
          className="berth-link"
          title={node.href}
          onClick={() => void onLink(node.href)}
        >
          {/* A link within a link is its words. */}
          {drawInline(node.children, undefined)}
        </button>
      );
  }
}

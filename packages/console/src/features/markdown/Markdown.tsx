import { type BlockNode, type InlineNode, parseMarkdown } from "@berth/react/catalog";
import {
  Anchor,
  Blockquote,
  Code,
  Divider,
  List,
  ScrollArea,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import classes from "./Markdown.module.css";

/** A publisher's text. Only known nodes become elements; nothing of it is ever read as HTML. */
export function Markdown({ source }: { readonly source: string }) {
  const blocks = useMemo(() => parseMarkdown(source), [source]);
  return <div className={classes.root}>{blocks.map(renderBlock)}</div>;
}

// The tree never changes order between renders, so a place in it is a stable key.
function renderBlock(block: BlockNode, index: number): ReactNode {
  const key = `${block.kind}${index}`;
  switch (block.kind) {
    case "heading":
      // The page has its own h1 and h2: a readme's headings stand below them.
      return (
        <Title key={key} order={block.level < 3 ? 3 : 4} className={classes.heading}>
          {renderInline(block.children)}
        </Title>
      );
    case "paragraph":
      return <Text key={key}>{renderInline(block.children)}</Text>;
    case "code":
      return (
        <Code key={key} block tabIndex={0} className={classes.code}>
          {block.text}
        </Code>
      );
    case "quote":
      return (
        <Blockquote key={key} p="sm" my={0} fz="sm">
          {renderInline(block.children)}
        </Blockquote>
      );
    case "list":
      return (
        <List key={key} type={block.isOrdered ? "ordered" : "unordered"} size="sm" spacing={4}>
          {block.items.map((item, at) => (
            <List.Item key={`${key}-${String(at)}`}>{renderInline(item)}</List.Item>
          ))}
        </List>
      );
    case "table":
      return renderTable(block, key);
    case "rule":
      return <Divider key={key} />;
  }
}

function renderTable(block: Extract<BlockNode, { kind: "table" }>, key: string): ReactNode {
  return (
    <ScrollArea key={key} type="auto">
      <Table withTableBorder>
        <Table.Thead>
          <Table.Tr>
            {block.head.map((cell, at) => (
              <Table.Th key={`${key}-h${String(at)}`}>{renderInline(cell)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {block.rows.map((row, at) => (
            <Table.Tr key={`${key}-r${String(at)}`}>
              {row.map((cell, column) => (
                <Table.Td key={`${key}-${String(at)}-${String(column)}`}>
                  {renderInline(cell)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function renderInline(nodes: readonly InlineNode[]): ReactNode {
  return nodes.map((node, index) => renderInlineNode(node, `${node.kind}${index}`));
}

function renderInlineNode(node: InlineNode, key: string): ReactNode {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return <Code key={key}>{node.text}</Code>;
    case "strong":
      return <strong key={key}>{renderInline(node.children)}</strong>;
    case "emphasis":
      return <em key={key}>{renderInline(node.children)}</em>;
    case "link":
      return (
        <Anchor
          key={key}
          href={node.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          inherit
          underline="always"
        >
          {renderInline(node.children)}
        </Anchor>
      );
  }
}

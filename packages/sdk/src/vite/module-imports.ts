/**
 * Where a built module imports, and what it declares at its top: what the list says of it, so that
 * the page that runs it needs no parser.
 */
import { remoteWords } from "@berth/protocol";

/** A node of the syntax tree that Vite's parser gives; positions in UTF-16 units. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface ModuleImports {
  readonly imports: readonly (readonly [number, number, "static" | "dynamic" | "meta"])[];
  readonly words: readonly number[];
  readonly declares: readonly string[];
}

const importLength = "import".length;

export function readModuleImports(code: string, tree: unknown): ModuleImports {
  const imports: [number, number, "static" | "dynamic" | "meta"][] = [];
  for (const node of nodesOf(tree)) {
    const { source } = node;
    if (node.type === "ImportExpression") imports.push([node.start, importLength, "dynamic"]);
    else if (node.type === "MetaProperty" && code.startsWith("import", node.start))
      imports.push([node.start, node.end - node.start, "meta"]);
    else if (/^(?:Import|ExportNamed|ExportAll)Declaration$/.test(node.type) && isNode(source))
      imports.push([source.start, source.end - source.start, "static"]);
  }
  imports.sort(([one], [other]) => one - other);
  const replaced = new Set(imports.map(([at]) => at));
  return {
    imports,
    words: remoteWords(code).filter((at) => !replaced.has(at)),
    declares: topNames(tree),
  };
}

function* nodesOf(tree: unknown): Generator<SyntaxNode> {
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    else if (isNode(value)) {
      yield value;
      pending.push(...Object.values(value).filter((field) => typeof field === "object"));
    }
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof (value as { type?: unknown } | null)?.type === "string";
}

function topNames(tree: unknown): readonly string[] {
  const body = (tree as { readonly body?: unknown }).body;
  const names = (Array.isArray(body) ? body : []).flatMap((statement: SyntaxNode) => {
    const inner = isNode(statement.declaration) ? statement.declaration : statement;
    switch (inner.type) {
      case "ImportDeclaration":
        return childrenOf(inner.specifiers).flatMap(({ local }) => boundNames(local));
      case "VariableDeclaration":
        return childrenOf(inner.declarations).flatMap(({ id }) => boundNames(id));
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return boundNames(inner.id);
      default:
        return [];
    }
  });
  // `var` is the module's own wherever it stands but in a function.
  const hoisted = [...varsOf(tree)].flatMap(({ id }) => boundNames(id));
  return [...new Set([...names, ...hoisted])].sort();
}

function* varsOf(tree: unknown): Generator<SyntaxNode> {
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    if (Array.isArray(value) || !isNode(value)) continue;
    if (/Function|^StaticBlock$|^PropertyDefinition$/.test(value.type)) continue;
    if (value.type === "VariableDeclaration" && value.kind === "var")
      yield* childrenOf(value.declarations);
    pending.push(...Object.values(value).filter((field) => typeof field === "object"));
  }
}

function childrenOf(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function boundNames(pattern: unknown): readonly string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case "Identifier":
      return [String(pattern.name)];
    case "ObjectPattern":
      return childrenOf(pattern.properties).flatMap((each) =>
        boundNames(each.type === "RestElement" ? each.argument : each.value),
      );
    case "ArrayPattern":
      return childrenOf(pattern.elements).flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

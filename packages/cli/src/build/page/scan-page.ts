/**
 * Finds the elements of an HTML document with the places of their attributes, so that parts of it
 * can be replaced and every other byte stays. No tree: what stands where is all that is needed.
 *
 * Follows the standard's tokenizer as far as well-formed pages go: comments, quoted and unquoted
 * attributes, and the elements whose content is text.
 */

export interface PageAttribute {
  /** Lower case. */
  readonly name: string;
  /** With the five named character references of XML and numeric ones resolved. */
  readonly value: string;
  /** Offsets of `name="value"`, from the first character of the name. */
  readonly start: number;
  readonly end: number;
}

export interface PageElement {
  /** Lower case. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, PageAttribute>;
  readonly start: number;
  /** After the start tag. */
  readonly end: number;
  /** What stands between the tags of a `script`, `style` and the like; undefined for others. */
  readonly content: { readonly start: number; readonly end: number } | undefined;
  /** After the end tag of such an element; `end` for others. */
  readonly close: number;
}

const textElements = new Set(["script", "style", "textarea", "title", "xmp", "noscript"]);
const tag = /<!--[\s\S]*?(?:-->|$)|<([a-zA-Z][^\s/>]*)/g;
const attribute = /[\s/]*(?:([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?)/y;

export function scanPage(html: string): readonly PageElement[] {
  const elements: PageElement[] = [];
  tag.lastIndex = 0;
  for (let found = tag.exec(html); found !== null; found = tag.exec(html)) {
    if (found[1] === undefined) continue;
    const element = readElement(html, found.index, found[1].toLowerCase());
    elements.push(element);
    tag.lastIndex = element.close;
  }
  return elements;
}

function readElement(html: string, start: number, name: string): PageElement {
  const attributes = new Map<string, PageAttribute>();
  let at = start + 1 + name.length;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(html);
    if (found?.[1] === undefined) break;
    const attributeStart = html.indexOf(found[1], at);
    at = attribute.lastIndex;
    const key = found[1].toLowerCase();
    const value = decode(found[2] ?? found[3] ?? found[4] ?? "");
    // The first of one name counts.
    if (!attributes.has(key))
      attributes.set(key, { name: key, value, start: attributeStart, end: at });
  }
  const close = html.indexOf(">", at);
  const end = close < 0 ? html.length : close + 1;
  if (!textElements.has(name))
    return { name, attributes, start, end, content: undefined, close: end };
  const ending = new RegExp(`</${name}(?=[\\s/>])`, "gi");
  ending.lastIndex = end;
  const last = ending.exec(html)?.index ?? html.length;
  const after = html.indexOf(">", last);
  return {
    name,
    attributes,
    start,
    end,
    content: { start: end, end: last },
    close: after < 0 ? html.length : after + 1,
  };
}

const references: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function decode(value: string): string {
  return value.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi,
    (all, ...parts) => {
      const [decimal, hex, named] = parts as (string | undefined)[];
      if (named !== undefined) return references[named.toLowerCase()] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

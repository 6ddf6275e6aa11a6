/**
 * Reads elements out of S3's answers. No XML parser: entities other than the five plain ones, comments and
 * declarations are not looked into, so there is nothing in them to expand.
 */

const plainEntities: Readonly<Record<string, string>> = Object.freeze({
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
});

/** The text of the first element of that name; undefined when there is none, or it has elements of its own. */
export function findElement(xml: string, name: string): string | undefined {
  const [text] = findElements(xml, name);
  return text === undefined || text.includes("<")
    ? undefined
    : text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => plainEntities[entity] ?? entity);
}

/** What stands between the tags of each element of that name; elements of one name do not nest in S3. */
export function findElements(xml: string, name: string): readonly string[] {
  const found: string[] = [];
  const end = `</${name}>`;
  for (let at = 0; ; ) {
    const start = xml.indexOf(`<${name}`, at);
    if (start < 0) return found;
    const open = xml.indexOf(">", start);
    const next = xml[start + name.length + 1];
    if (open < 0) return found;
    at = open + 1;
    if ((next !== ">" && next !== " ") || xml[open - 1] === "/") continue;
    const close = xml.indexOf(end, at);
    if (close < 0) return found;
    found.push(xml.slice(at, close));
    at = close + end.length;
  }
}

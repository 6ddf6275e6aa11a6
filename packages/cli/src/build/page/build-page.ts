/**
 * Makes one self-contained document of an app's own HTML: its scripts, style sheets and images are
 * put into it. A page that is one file already stays as it is, byte for byte.
 *
 * Refused is what would have to be loaded from beside the page and cannot be put into it, since a
 * frame at the moderate level loads from granted domains only. What it names of those stays.
 */
import { BerthError, hasDeclaredShadowRoot } from "@berth/protocol";
import { readPlainFile } from "../plain-file.ts";
import { dataAddressOf } from "./data-address.ts";
import { inlineScripts } from "./inline-scripts.ts";
import { inlineStyles } from "./inline-styles.ts";
import { type PageAddress, readAddress, refuse } from "./page-address.ts";
import { type PageAttribute, type PageElement, scanPage } from "./scan-page.ts";

export interface PageRequest {
  readonly root: string;
  /** The page, relative to `root`. */
  readonly source: string;
}

export interface BuiltPage {
  readonly bytes: Uint8Array;
  /** That it names and that are fetched while it runs, such as `cdn.example.com`; sorted. */
  readonly remoteHosts: readonly string[];
}

/** Replaces a part of the page. Parts never overlap. */
export interface PageEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What each part of the build is given, and where it says which hosts it met. */
export interface PageWork extends PageRequest {
  readonly html: string;
  readonly elements: readonly PageElement[];
  addressOf(element: PageElement, attribute: PageAttribute): PageAddress;
}

/** @throws BerthError BUILD_FAILED, FILE_UNREADABLE, PACKAGE_ENTRY_REFUSED */
export async function buildPage({ root, source }: PageRequest): Promise<BuiltPage> {
  const bytes = await readPlainFile(root, source);
  const html = textOf(bytes, source);
  const hosts = new Set<string>();
  const work: PageWork = {
    root,
    source,
    html,
    elements: scanPage(html),
    addressOf(element, { name, value }) {
      const address = readAddress(value, { source, where: `<${element.name} ${name}>` });
      if (address.kind === "remote") hosts.add(address.host);
      return address;
    },
  };
  if (hasDeclaredShadowRoot(html))
    throw refuse(
      source,
      "it declares a shadow root (shadowrootmode=), in which a frame would go unseen; make it by attachShadow.",
    );
  const edits = [
    ...(await inlineScripts(work)),
    ...(await inlineStyles(work)),
    ...(await inlineMedia(work)),
  ].sort((one, other) => one.start - other.start);
  const remoteHosts = [...hosts].sort();
  if (edits.length === 0) return { bytes, remoteHosts };
  let built = "";
  let at = 0;
  for (const { start, end, text } of edits) {
    built += html.slice(at, start) + text;
    at = end;
  }
  return { bytes: Buffer.from(built + html.slice(at)), remoteHosts };
}

/** Elements whose file becomes a `data:` address, by the attribute that names it. */
const media: Readonly<Record<string, readonly string[]>> = {
  img: ["src"],
  source: ["src"],
  video: ["src", "poster"],
  audio: ["src"],
  track: ["src"],
  input: ["src"],
  image: ["href", "xlink:href"],
};

/** What names a list of files, or parts of one. */
const unplaceable: Readonly<Record<string, readonly string[]>> = {
  img: ["srcset"],
  source: ["srcset"],
  use: ["href", "xlink:href"],
  body: ["background"],
};

/** What shows another document. */
const framing: ReadonlySet<string> = new Set(["iframe", "frame", "embed", "object"]);

/** What leads to another page. */
const links: Readonly<Record<string, readonly string[]>> = { a: ["href"], area: ["href"] };

async function inlineMedia(work: PageWork): Promise<PageEdit[]> {
  const { root, source, elements } = work;
  const edits: PageEdit[] = [];
  for (const element of elements) {
    const { name, attributes } = element;
    if (name === "base" && attributes.has("href"))
      throw refuse(source, "it has a <base href>, which a frame does not follow; remove it.");
    for (const attribute of attributesOf(element, unplaceable))
      refuseLocal(work, element, attribute);
    if (framing.has(name))
      throw refuse(
        source,
        `<${name}> shows another document${namedBy(element)}; an app of its own HTML is one document, and a frame in it is taken out.`,
      );
    for (const attribute of attributesOf(element, links)) {
      if (!/^\s*(?:#|[a-z][a-z0-9+.-]*:|$)/i.test(attribute.value))
        throw unusable(source, element, attribute);
    }
    for (const attribute of attributesOf(element, media)) {
      const address = work.addressOf(element, attribute);
      if (address.kind !== "file") continue;
      const where = `<${name} ${attribute.name}>`;
      const text = await dataAddressOf({ root, path: address.path, source, where });
      edits.push({ ...attribute, text: `${attribute.name}="${text}"` });
    }
    const style = attributes.get("style");
    if (style !== undefined && /url\(\s*["']?(?!["']?(?:data:|https:|#))/i.test(style.value))
      throw refuse(
        source,
        `<${name} style> names a file (${JSON.stringify(style.value.slice(0, 80))}); put it into a style sheet.`,
      );
  }
  return edits;
}

function refuseLocal(work: PageWork, element: PageElement, attribute: PageAttribute): void {
  const isList = attribute.name === "srcset";
  const value = isList ? (attribute.value.trim().split(/\s/)[0] ?? "") : attribute.value;
  if (work.addressOf(element, { ...attribute, value }).kind !== "file") return;
  throw unusable(work.source, element, attribute);
}

function namedBy({ attributes }: PageElement): string {
  const named = attributes.get("src") ?? attributes.get("data");
  return named === undefined ? "" : ` (${JSON.stringify(named.value.slice(0, 80))})`;
}

function unusable(
  source: string,
  { name: element }: PageElement,
  { name, value }: PageAttribute,
): BerthError {
  return refuse(
    source,
    `<${element} ${name}> names ${JSON.stringify(value.slice(0, 80))}, which cannot be put into the page; an app of its own HTML is one document.`,
  );
}

function attributesOf(
  { name, attributes }: PageElement,
  table: Readonly<Record<string, readonly string[]>>,
): readonly PageAttribute[] {
  const names = Object.hasOwn(table, name) ? (table[name] ?? []) : [];
  return names.flatMap((each) => attributes.get(each) ?? []);
}

function textOf(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new BerthError("BUILD_FAILED", `${source} is not UTF-8 text; save it as UTF-8.`, {
      cause,
    });
  }
}

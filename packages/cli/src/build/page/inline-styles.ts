/** Puts a page's style sheets into it, with what they import and the files that they name. */
import { readPlainFile } from "../plain-file.ts";
import type { PageEdit, PageWork } from "./build-page.ts";
import { bundleForPage } from "./bundle-for-page.ts";
import { dataAddressOf } from "./data-address.ts";
import { styleText } from "./inline-scripts.ts";
import { refuse } from "./page-address.ts";
import type { PageElement } from "./scan-page.ts";

/** @throws BerthError BUILD_FAILED, FILE_UNREADABLE, PACKAGE_ENTRY_REFUSED */
export async function inlineStyles(work: PageWork): Promise<PageEdit[]> {
  const edits: PageEdit[] = [];
  for (const element of work.elements) {
    if (element.name === "link") edits.push(...(await inlineLink(work, element)));
    if (element.name === "style") edits.push(...(await inlineStyle(work, element)));
  }
  return edits;
}

async function inlineLink(work: PageWork, link: PageElement): Promise<readonly PageEdit[]> {
  const { root, source } = work;
  const href = link.attributes.get("href");
  const address = href === undefined ? undefined : work.addressOf(link, href);
  if (href === undefined || address?.kind !== "file") return [];
  const { path } = address;
  const rel = (link.attributes.get("rel")?.value ?? "").trim().toLowerCase();
  if (/(?:^|\s)icon$/.test(rel)) {
    const where = `<link rel="${rel}">`;
    return [{ ...href, text: `href="${await dataAddressOf({ root, path, source, where })}"` }];
  }
  if (rel !== "stylesheet")
    throw refuse(
      source,
      `<link rel="${rel}"> names ${path}, which cannot be put into the page; remove it.`,
    );
  const text = (await readPlainFile(root, path)).toString();
  const isPlain = path.endsWith(".css") && !namesFiles(text);
  const css = isPlain
    ? text
    : (await bundleForPage({ root, source, parts: [{ path }], language: "css" })).css;
  const media = link.attributes.get("media");
  const tag =
    media === undefined ? "<style>" : `<style ${work.html.slice(media.start, media.end)}>`;
  return [{ start: link.start, end: link.close, text: `${tag}${styleText(css)}</style>` }];
}

async function inlineStyle(work: PageWork, style: PageElement): Promise<readonly PageEdit[]> {
  const { root, source, html } = work;
  const { content } = style;
  const text = html.slice(content?.start, content?.end);
  if (content === undefined || !namesFiles(text)) return [];
  const { css } = await bundleForPage({ root, source, parts: [{ text }], language: "css" });
  return [{ ...content, text: styleText(css) }];
}

/** Whether it names anything but granted domains and what it holds itself. */
function namesFiles(css: string): boolean {
  const addresses = css.matchAll(/(?:url\(|@import)\s*(["']?)([^"')\s;]*)/gi);
  return [...addresses].some(([, , address = ""]) => !/^(?:data:|https:|#|url\()/i.test(address));
}

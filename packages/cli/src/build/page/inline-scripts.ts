/** Puts a page's scripts into it: modules bundled to one, classic scripts as they are. */
import { readPlainFile } from "../plain-file.ts";
import type { PageEdit, PageWork } from "./build-page.ts";
import { bundleForPage, type PagePart } from "./bundle-for-page.ts";
import { refuse } from "./page-address.ts";
import type { PageElement } from "./scan-page.ts";

/** @throws BerthError BUILD_FAILED, FILE_UNREADABLE, PACKAGE_ENTRY_REFUSED */
export async function inlineScripts(work: PageWork): Promise<PageEdit[]> {
  const scripts = work.elements.filter(({ name }) => name === "script");
  const edits: PageEdit[] = [];
  for (const script of scripts) {
    const path = fileOf(work, script);
    if (path === undefined || isModule(script)) continue;
    edits.push(await inlineClassic(work, script, path));
  }
  return [...edits, ...(await inlineModules(work, scripts.filter(isModule)))];
}

const classicTypes = /^(?:|(?:text|application)\/(?:x-)?(?:java|ecma)script)$/i;

async function inlineClassic(
  { root, source }: PageWork,
  script: PageElement,
  path: string,
): Promise<PageEdit> {
  const type = script.attributes.get("type")?.value ?? "";
  if (!classicTypes.test(type))
    throw refuse(source, `<script src> names ${path} with the type ${JSON.stringify(type)}.`);
  for (const name of ["defer", "async", "nomodule"]) {
    if (script.attributes.has(name))
      throw refuse(
        source,
        `<script src> names ${path} with ${name}, which has no meaning once it stands in the page; make it type="module", or leave ${name} out and put it where it shall run.`,
      );
  }
  const text = (await readPlainFile(root, path)).toString();
  return {
    start: script.start,
    end: script.close,
    text: `<script>${scriptText(source, path, text)}</script>`,
  };
}

/** All of them or none: modules run in their order, and share what they import. */
async function inlineModules(
  work: PageWork,
  modules: readonly PageElement[],
): Promise<readonly PageEdit[]> {
  const { root, source, html, elements } = work;
  const needing = await Promise.all(modules.map((script) => needsBundling(work, script)));
  if (!needing.includes(true)) return [];
  const isMapped = elements.some(
    ({ name, attributes }) => name === "script" && attributes.get("type")?.value === "importmap",
  );
  if (isMapped)
    throw refuse(source, "it has an import map beside modules of its own; leave the map out.");
  const parts = modules.flatMap((script): PagePart[] => {
    const path = fileOf(work, script);
    if (path !== undefined) return [{ path }];
    // A module of a granted domain is imported from there, in its turn.
    const remote = script.attributes.get("src")?.value;
    if (remote !== undefined) return [{ text: `import ${JSON.stringify(remote)};` }];
    return [{ text: html.slice(script.content?.start, script.content?.end) }];
  });
  const { code, css } = await bundleForPage({ root, source, parts, language: "js" });
  const style = css === "" ? "" : `<style>${styleText(css)}</style>`;
  const text = `${style}<script type="module">${scriptText(source, source, code)}</script>`;
  return modules.map(({ start, close: end }, index) => ({
    start,
    end,
    text: index === 0 ? text : "",
  }));
}

async function needsBundling(work: PageWork, script: PageElement): Promise<boolean> {
  if (fileOf(work, script) !== undefined) return true;
  if (script.attributes.has("src")) return false;
  const text = work.html.slice(script.content?.start, script.content?.end);
  // Without the word there is no import, and most pages that are one file are large.
  if (!/\b(?:import|export)\b/.test(text)) return false;
  const { parseAst } = await import("vite");
  let tree: ReturnType<typeof parseAst>;
  try {
    tree = parseAst(text);
  } catch {
    // The bundler says what is wrong with it, and where.
    return true;
  }
  return tree.body.some(
    (node) =>
      "source" in node && node.source !== null && !/^https:/.test(String(node.source.value)),
  );
}

function isModule({ attributes }: PageElement): boolean {
  return attributes.get("type")?.value.trim().toLowerCase() === "module";
}

function fileOf(work: PageWork, script: PageElement): string | undefined {
  const src = script.attributes.get("src");
  const address = src === undefined ? undefined : work.addressOf(script, src);
  return address?.kind === "file" ? address.path : undefined;
}

/**
 * As a script element may hold it: a `</script` in a string, a template or a pattern means the same
 * with the slash escaped.
 */
function scriptText(source: string, path: string, code: string): string {
  if (/<!--[\s\S]*<script/i.test(code))
    throw refuse(
      source,
      `${path} holds <!-- and then <script, after which a page would not find the script's end; write one of them in two parts.`,
    );
  return code.replace(/<\/(?=script)/gi, "<\\/");
}

/** As a style element may hold it; the slash is the same when it is escaped. */
export function styleText(css: string): string {
  return css.replace(/<\/(?=style)/gi, "<\\/");
}

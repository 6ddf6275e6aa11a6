/** Writes a new app's folder from one of the templates that ship with this package. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BerthError } from "@berth/protocol";
import { cliVersion } from "../version.ts";

export const templateNames = Object.freeze(["full", "view", "page", "server"] as const);
type TemplateName = (typeof templateNames)[number];

export function isTemplateName(text: string): text is TemplateName {
  return (templateNames as readonly string[]).includes(text);
}

export interface TemplateRequest {
  readonly template: TemplateName;
  /** Made when missing; must be empty. */
  readonly folder: string;
  /** The app's id. */
  readonly name: string;
  readonly publisher: string | undefined;
}

/** The same from `src` and from `dist`. */
const templatesFolder = fileURLToPath(new URL("../../templates/", import.meta.url));
/** A file of this name would be read by npm itself when this package is packed. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

/**
 * Returns the written files, relative to the folder, sorted.
 *
 * @throws BerthError FILE_EXISTS when the folder holds something; FILE_UNREADABLE
 */
export async function writeTemplate(request: TemplateRequest): Promise<readonly string[]> {
  const { folder, template } = request;
  await demandEmpty(folder);
  const source = join(templatesFolder, template);
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const written: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const from = join(entry.parentPath, entry.name);
    const path = join(entry.parentPath, renamed[entry.name] ?? entry.name).slice(source.length + 1);
    const text = fill(path, await readFile(from, "utf8"), request);
    try {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { flag: "wx" });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new BerthError("FILE_UNREADABLE", `${join(folder, path)} cannot be written: ${code}.`, {
        cause,
      });
    }
    written.push(path);
  }
  return written.sort();
}

async function demandEmpty(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    const what = code === "ENOTDIR" ? "is a file" : `cannot be read: ${code}`;
    throw new BerthError("FILE_EXISTS", `${folder} ${what}; choose another name.`, { cause });
  }
  if (names.length === 0) return;
  throw new BerthError(
    "FILE_EXISTS",
    `${folder} is not empty (it holds ${names.slice(0, 3).join(", ")}); choose another name, or empty it first.`,
  );
}

function fill(path: string, text: string, { name, publisher }: TemplateRequest): string {
  if (path === "berth.json") {
    const manifest = JSON.parse(text) as Record<string, unknown>;
    const { $schema, ...rest } = manifest;
    const named = { ...rest, id: name, name: titleOf(name) };
    return format({ ...($schema ? { $schema } : {}), ...insertPublisher(named, publisher) });
  }
  if (path === "package.json") {
    const { dependencies, ...rest } = JSON.parse(text) as { dependencies: Record<string, string> };
    return format({
      ...rest,
      name,
      dependencies: { ...dependencies, "@berth/sdk": `^${cliVersion}` },
    });
  }
  return text.replaceAll("__APP_ID__", name).replaceAll("__APP_NAME__", titleOf(name));
}

/** After `id`, where a reader looks for it. */
function insertPublisher(
  { id, ...rest }: Record<string, unknown>,
  publisher: string | undefined,
): Record<string, unknown> {
  return publisher === undefined ? { id, ...rest } : { id, publisher, ...rest };
}

function format(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** `my-app` → `My app`. */
function titleOf(name: string): string {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1, 60);
}

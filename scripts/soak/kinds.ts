/** The apps of a soak: what each is, and what a well-behaved one must answer. */
import { readFileSync } from "node:fs";

export interface AppKind {
  readonly name: string;
  readonly isHostile: boolean;
  readonly source: string;
}

const wellBehaved = ["echo", "notes", "pages", "digest"] as const;
const hostile = [
  ...["endless-loop", "buffer-hog", "heap-hog", "log-flood", "promise-flood", "crash"],
] as const;

function readKind(name: string, isHostile: boolean): AppKind {
  const source = readFileSync(new URL(`./apps/${name}.js`, import.meta.url), "utf8");
  return { name, isHostile, source };
}

export function readKinds(): readonly AppKind[] {
  return [
    ...wellBehaved.map((name) => readKind(name, false)),
    ...hostile.map((name) => readKind(name, true)),
  ];
}

/**
 * Looks at a well-behaved app's answer: complete, to this very request, by this very installation.
 *
 * @returns what is wrong with it; undefined when nothing is
 */
export function findFault(
  answer: string,
  asked: { readonly installation: string; readonly body: string },
): string | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(answer) as Record<string, unknown>;
  } catch {
    return `is not whole: it ends with ${JSON.stringify(answer.slice(-40))}`;
  }
  const { installation, owner = installation, body } = fields;
  if (installation !== asked.installation) return `is from another installation, ${installation}`;
  if (owner !== asked.installation) return `holds another installation's state, of ${owner}`;
  return body === asked.body ? undefined : "belongs to another request";
}

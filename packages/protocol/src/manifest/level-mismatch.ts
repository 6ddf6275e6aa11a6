/** How a view draws and the level that it runs at belong together. */
import type { ParsedManifest } from "./schema.ts";

const levelOf = Object.freeze({
  catalog: "strict",
  html: "moderate",
  federated: "permissive",
} as const);

/** What is wrong with a manifest whose view could run nowhere; undefined when nothing is. */
export function findLevelMismatch({
  entryPoint,
  security,
  ui,
}: Pick<ParsedManifest, "entryPoint" | "security" | "ui">): string | undefined {
  const needed = levelOf[ui.mode];
  const { sandboxLevel } = security;
  if (entryPoint === undefined || sandboxLevel === needed) return undefined;
  const mode = Object.entries(levelOf).find(([, level]) => level === sandboxLevel)?.[0];
  return `berth.json ui.mode is "${ui.mode}", which runs at security.sandboxLevel "${needed}", and that is "${sandboxLevel}"; change one of them (${sandboxLevel} goes with ui.mode "${mode}").`;
}

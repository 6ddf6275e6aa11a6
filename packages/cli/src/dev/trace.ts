/**
 * Finds the sources behind a stack that a view threw.
 *
 * Trust: the stack is a stranger's text. Only numbers of lines that look like frames are read from
 * it; the names of files and their text come from the build's own map.
 */
import { SourceMap } from "node:module";
import type { DevFrame, DevPlace, DevTrace } from "@berth/protocol/dev";
import type { BundlerOutput } from "../build/bundle.ts";
import { nameSource } from "../build/source-map.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { excerptOf } from "./excerpt.ts";

export interface Tracer {
  /** @param linesBefore - that stand before the build's own code in what ran */
  trace(stack: string, linesBefore: number): DevTrace;
}

const maxLines = 100;
const maxLineChars = 500;
/** `at draw (blob:…:12:34)`, `at blob:…:12:34`, `draw@blob:…:12:34`. */
const frameLine =
  /^\s*(?:at )?(?:(?:async )?([^\s@()]{0,120})(?: \[as [^\]]*\])?(?: \(|@))?\(?blob:[^\s)]*:(\d{1,9}):(\d{1,9})\)?$/;

export function createTracer(map: NonNullable<BundlerOutput["map"]>, root: string): Tracer {
  const sources = map.sources.map((source) => (source === null ? "" : nameSource(source, root)));
  const texts = new Map(sources.map((source, index) => [source, map.sourcesContent?.[index]]));
  let opened: SourceMap | undefined;
  // Reading a map takes longer than most edits leave time for; only an error needs it.
  const open = () => {
    opened ??= new SourceMap({
      file: map.file ?? "",
      version: 3,
      sources,
      sourcesContent: [],
      sourceRoot: "",
      names: [...map.names],
      mappings: map.mappings,
    });
    return opened;
  };

  function frameOf(line: string, linesBefore: number): DevFrame | undefined {
    const [, name, row = "", column = ""] = frameLine.exec(line) ?? [];
    const generated = Number(row) - 1 - linesBefore;
    if (row === "" || generated < 0) return undefined;
    const entry = open().findEntry(generated, Number(column) - 1);
    // What lies beyond the map is answered by the nearest place before it.
    const isFound = "originalSource" in entry && entry.generatedLine === generated;
    if (!isFound || entry.originalSource === "") return undefined;
    const file = entry.originalSource;
    const place: DevPlace = {
      file: plainLine(file),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
    const isOwn = !file.startsWith("node_modules/");
    // `x.Counter`, `Object.start`: what it was called on is the bundler's or the framework's affair.
    const own = plainLine(name?.split(".").at(-1) ?? "");
    return { ...(own === "" ? {} : { name: own }), place, isOwn };
  }

  return {
    trace(stack, linesBefore) {
      const lines = stack.split("\n", maxLines).map((line) => line.slice(0, maxLineChars));
      const frames = lines
        .map((line) => frameOf(line, linesBefore))
        .filter((frame) => frame !== undefined);
      const first = frames.find(({ isOwn }) => isOwn);
      const text = first === undefined ? undefined : texts.get(first.place.file);
      const excerpt = first && typeof text === "string" ? excerptOf(text, first.place) : null;
      return { frames, excerpt };
    },
  };
}

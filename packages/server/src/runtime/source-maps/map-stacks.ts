/**
 * Rewrites the positions of a stack, from the packed module to the source that it was built from.
 *
 * Owns the maps of modules that lately threw. Trust: both text and maps are an app's; what a second
 * may cost is bounded for each installation and for all, and over it a stack stays as it came.
 */
import type { UnpackedPackage } from "@berth/bundle";
import type { Digest } from "@berth/protocol";
import { findPositions, type Position } from "./find-positions.ts";
import { type ModuleMap, maxMapBytes, readModuleMap } from "./read-map.ts";

export interface MappedRelease {
  readonly installationId: string;
  readonly digest: Digest;
}

export interface StackMapper {
  /** A promise only when a map has to be read first. Never throws, never rejects. */
  map(message: string, release: MappedRelease): string | Promise<string>;
}

export interface StackMapperOptions {
  readonly openPackage: (digest: Digest) => Promise<Pick<UnpackedPackage, "files">>;
  readonly clock: { now(): number };
  readonly bounds?: Partial<StackMapperBounds>;
}

/** Characters of maps and mappings that are read in a second; ten million are about 100 ms. */
export interface StackMapperBounds {
  /** Default 16 million: the largest map and what is looked up in it. */
  readonly perInstallation: number;
  /** Default 32 million. */
  readonly total: number;
}

const defaultBounds: StackMapperBounds = Object.freeze({
  perInstallation: 16_777_216,
  total: 33_554_432,
});
const maxKeptCharacters = 33_554_432;
const maxKeptMaps = 500;
const maxFrames = 30;
/** Reading that there is none is not free either. */
const leastCost = 10_000;

const frame = /(?:\(|at |async )([^\s():]{1,512}):(\d{1,7}):(\d{1,7})\)?$/;
const ownFrame = /(?:\(|at |async )berth-[a-z]+\.js:\d+:\d+\)?$/;

interface Frame extends Position {
  readonly index: number;
  readonly module: string;
  /** As it stands in the line. */
  readonly text: string;
}

function findFrames(lines: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  for (const [index, line] of lines.entries()) {
    const [, module, row, column] = /^\s+at /.test(line) ? (frame.exec(line) ?? []) : [];
    if (module === undefined || frames.length >= maxFrames) continue;
    frames.push({
      index,
      module,
      text: `${module}:${row}:${column}`,
      line: Number(row) - 1,
      column: Number(column) - 1,
    });
  }
  return frames.sort((a, b) => a.line - b.line || a.column - b.column);
}

export function createStackMapper(options: StackMapperOptions): StackMapper {
  const bounds = { ...defaultBounds, ...options.bounds };
  /** By digest and module, the least recently used first; null where there is none. */
  const maps = new Map<string, ModuleMap | null>();
  let keptCharacters = 0;
  let windowStart = 0;
  let spent = new Map<string, number>();
  let spentByAll = 0;

  function spend(installationId: string, characters: number): boolean {
    const now = options.clock.now();
    if (now - windowStart >= 1_000 || now < windowStart) {
      windowStart = now;
      spent = new Map();
      spentByAll = 0;
    }
    const own = (spent.get(installationId) ?? 0) + characters;
    if (own > bounds.perInstallation || spentByAll + characters > bounds.total) return false;
    spent.set(installationId, own);
    spentByAll += characters;
    return true;
  }

  function keep(key: string, map: ModuleMap | null): void {
    maps.set(key, map);
    keptCharacters += map?.mappings.length ?? 0;
    while (maps.size > maxKeptMaps || (keptCharacters > maxKeptCharacters && maps.size > 1)) {
      const [oldest, dropped] = maps.entries().next().value ?? ["", null];
      maps.delete(oldest);
      keptCharacters -= dropped?.mappings.length ?? 0;
    }
  }

  function find(key: string): ModuleMap | null | undefined {
    const map = maps.get(key);
    if (map === undefined) return undefined;
    maps.delete(key);
    maps.set(key, map);
    return map;
  }

  const keyOf = ({ digest }: MappedRelease, module: string) => `${digest} ${module}`;

  async function read(modules: readonly string[], release: MappedRelease): Promise<void> {
    const { files } = await options.openPackage(release.digest);
    for (const module of modules) {
      const size = files.get(module)?.length ?? 0;
      const beside = files.get(`${module}.map`)?.length ?? 0;
      const cost = leastCost + Math.min(size + beside, maxMapBytes);
      if (!spend(release.installationId, cost)) return;
      const key = keyOf(release, module);
      if (!maps.has(key)) keep(key, readModuleMap(files, module) ?? null);
    }
  }

  function rewrite(lines: string[], frames: readonly Frame[], release: MappedRelease): string {
    for (const module of new Set(frames.map((each) => each.module))) {
      const map = find(keyOf(release, module));
      if (map === undefined || map === null) continue;
      if (!spend(release.installationId, leastCost + map.mappings.length)) break;
      const own = frames.filter((each) => each.module === module);
      for (const [order, original] of findPositions(map.mappings, own).entries()) {
        const { index, text } = own[order] ?? {};
        const source = map.sources[original?.source ?? -1];
        if (index === undefined || text === undefined || original === undefined || !source)
          continue;
        const place = `${source}:${original.line + 1}:${original.column + 1}`;
        lines[index] = (lines[index] ?? "").replace(text, () => place);
      }
    }
    return lines.join("\n");
  }

  return {
    map(message, release) {
      if (!message.includes("\n    at ")) return message;
      const lines = message.split("\n").filter((line) => !ownFrame.test(line));
      const frames = findFrames(lines);
      const unknown = [...new Set(frames.map((each) => each.module))].filter(
        (module) => !maps.has(keyOf(release, module)),
      );
      if (unknown.length === 0) return rewrite(lines, frames, release);
      if (!spend(release.installationId, leastCost)) return lines.join("\n");
      return read(unknown, release).then(
        () => rewrite(lines, frames, release),
        // Without its package a stack is still worth having.
        () => lines.join("\n"),
      );
    },
  };
}

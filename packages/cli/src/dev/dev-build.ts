/**
 * Builds an app's entries by the bundler of `berth pack`, again and again, and only those that a
 * change can have touched.
 *
 * Owns what it knows of each entry: its files, and its last good output.
 */
import { createHash } from "node:crypto";
import type { ParsedManifest } from "@berth/protocol";
import { type BundleKind, type BundlerOutput, runBundler } from "../build/bundle.ts";
import { findSource } from "../build/find-source.ts";
import { createTracer, type Tracer } from "./trace.ts";

export interface BuiltView {
  readonly digest: string;
  readonly code: string;
  readonly tracer: Tracer;
}

export interface BuiltEntries {
  readonly view: BuiltView;
  /** SHA-256 of the function's module; undefined for an app without one. */
  readonly functionDigest: string | undefined;
}

export interface DevBuilder {
  /**
   * @param changed - absolute paths of what changed since the last build; undefined: anything
   * @throws BerthError BUILD_FAILED
   */
  build(
    manifest: ParsedManifest & { readonly entryPoint: string },
    changed?: ReadonlySet<string>,
  ): Promise<BuiltEntries>;
  /** The files of all entries as far as they are known, absolute. */
  readonly files: readonly string[];
}

interface Entry {
  readonly path: string;
  readonly output: BundlerOutput;
}

export function createDevBuilder(root: string): DevBuilder {
  const entries = new Map<BundleKind, Entry>();
  let view: BuiltView | undefined;

  const filesOf = () => [...entries.values()].flatMap(({ output }) => output.modules);

  function isTouched(kind: BundleKind, path: string, changed: ReadonlySet<string> | undefined) {
    const entry = entries.get(kind);
    if (entry === undefined || changed === undefined || entry.path !== path) return true;
    const known = new Set(filesOf());
    // A file that nobody has may be what an import leads to from now on.
    return [...changed].some((file) => entry.output.modules.includes(file) || !known.has(file));
  }

  async function buildEntry(
    kind: BundleKind,
    field: string,
    path: string,
    changed: ReadonlySet<string> | undefined,
  ): Promise<BundlerOutput> {
    const known = entries.get(kind);
    if (known !== undefined && !isTouched(kind, path, changed)) return known.output;
    const source = await findSource(root, path, field);
    // Whatever comes of it, what is known no longer holds.
    entries.delete(kind);
    try {
      const output = await runBundler({ root, source, kind }, true);
      entries.set(kind, { path, output });
      return output;
    } catch (error) {
      // Its files are still to be watched: the mend is likely in one of them.
      if (known !== undefined) entries.set(kind, { path: "", output: known.output });
      throw error;
    }
  }

  return {
    get files() {
      return filesOf();
    },
    async build(manifest, changed) {
      const entry = manifest.server?.entry;
      if (entry === undefined) entries.delete("server");
      const [built, server] = await Promise.all([
        buildEntry("view", "entryPoint", manifest.entryPoint, changed),
        entry === undefined ? undefined : buildEntry("server", "server.entry", entry, changed),
      ]);
      view = viewOf(built, view);
      return { view, functionDigest: server && digestOf(server.code) };
    },
  };

  function viewOf({ code, map }: BundlerOutput, before: BuiltView | undefined): BuiltView {
    const digest = digestOf(code);
    if (before?.digest === digest || map === null) return before ?? noMap(code, digest);
    return { digest, code, tracer: createTracer(map, root) };
  }

  function noMap(code: string, digest: string): BuiltView {
    return { digest, code, tracer: { trace: () => ({ frames: [], excerpt: null }) } };
  }
}

function digestOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

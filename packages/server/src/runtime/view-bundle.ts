/** The built module of a view, out of its verified package. */
import { createHash } from "node:crypto";
import { BerthError, type Digest, remoteBounds, remoteListSchema } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { SandboxLevels } from "../policy/sandbox-levels.ts";
import type { Registry } from "../registry/registry.ts";

export interface ViewBundle {
  /** SHA-256 of `bytes`, hexadecimal. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

export interface ViewBundles {
  /** @throws PLATFORM_INCOMPATIBLE at a level that the operator does not allow */
  admit(live: LiveInstallation): void;
  /** @throws as `admit`; VIEW_LOAD_FAILED for an app without a view */
  open(live: LiveInstallation): Promise<ViewBundle>;
  /** A file on a federated app's list, the list itself, or an image beside them; undefined else. */
  findFile(live: LiveInstallation, path: string): Promise<Uint8Array | undefined>;
}

export interface ViewBundlesOptions {
  readonly registry: Pick<Registry, "openPackage">;
  readonly sandboxLevels: SandboxLevels;
}

const maxKept = 32;
const imagePath = /\.(?:png|jpe?g|webp|avif|gif|svg|woff2)$/;

export function createViewBundles({ registry, sandboxLevels }: ViewBundlesOptions): ViewBundles {
  /** The latest ones by package; a release never changes, so neither does its bundle. */
  const kept = new Map<Digest, ViewBundle & { listed?: ReadonlySet<string> }>();
  const bundles: ViewBundles = {
    admit: sandboxLevels.admit,
    async open(live) {
      sandboxLevels.admit(live);
      const before = kept.get(live.digest);
      if (before !== undefined) return before;
      const { entryPoint } = live.manifest;
      const files = (await registry.openPackage(live.digest)).files;
      const bytes = entryPoint === undefined ? undefined : files.get(entryPoint);
      if (bytes === undefined) {
        const what = entryPoint === undefined ? "has no view" : `lacks its view ${entryPoint}`;
        throw new BerthError("VIEW_LOAD_FAILED", `${live.app} ${live.version} ${what}.`);
      }
      const bundle = { sha256: createHash("sha256").update(bytes).digest("hex"), bytes };
      const oldest = kept.keys().next().value;
      if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
      kept.set(live.digest, bundle);
      return bundle;
    },
    async findFile(live, path) {
      const { entryPoint = "", ui } = live.manifest;
      if (ui.mode !== "federated") return undefined;
      const { files } = await registry.openPackage(live.digest);
      const folder = entryPoint.slice(0, entryPoint.lastIndexOf("/") + 1);
      const isWanted =
        path === entryPoint ||
        (path.startsWith(folder) && (await listedFiles(live)).has(path.slice(folder.length))) ||
        (path.startsWith(folder) && imagePath.test(path));
      return isWanted ? files.get(path) : undefined;
    },
  };
  return bundles;

  async function listedFiles(live: LiveInstallation): Promise<ReadonlySet<string>> {
    const bundle: ViewBundle & { listed?: ReadonlySet<string> } = await bundles.open(live);
    bundle.listed ??= new Set(readListed(bundle.bytes));
    return bundle.listed;
  }
}

/** The names on a list that its app's publisher wrote; none of a list that is not one. */
function readListed(bytes: Uint8Array): readonly string[] {
  if (bytes.byteLength > remoteBounds.maxListBytes) return [];
  try {
    const list = remoteListSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return list.success ? Object.keys(list.data.files) : [];
  } catch {
    // Not JSON: the page that loads it is told so; here it only means that nothing is served.
    return [];
  }
}

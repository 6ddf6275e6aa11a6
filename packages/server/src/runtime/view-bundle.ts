/** The built module of a view, out of its verified package. */
import { createHash } from "node:crypto";
import { BerthError, type Digest } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Registry } from "../registry/registry.ts";

export interface ViewBundle {
  /** SHA-256 of `bytes`, hexadecimal. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

export interface ViewBundles {
  /** @throws VIEW_LOAD_FAILED for an app without a view */
  open(live: LiveInstallation): Promise<ViewBundle>;
}

const maxKept = 32;

export function createViewBundles(registry: Pick<Registry, "openPackage">): ViewBundles {
  /** The latest ones by package; a release never changes, so neither does its bundle. */
  const kept = new Map<Digest, ViewBundle>();
  return {
    async open(live) {
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
  };
}

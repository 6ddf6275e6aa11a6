/**
 * Keeps the release of one app that ran, and finds it again when a newer one does not.
 *
 * Invariant: what falls back is announced; what the store cannot do keeps nothing from running.
 */
import type { BerthError } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { AllowPermissive } from "./allow-permissive.ts";
import { checkDigest } from "./digest.ts";
import type { RemoteStore } from "./last-good.ts";
import type { PinnedList, Release } from "./release.ts";

/** A kept release runs in place of the one that was named. */
export interface Fallback {
  /** Of the release that runs now. */
  readonly version: string;
  /** SHA-256 of its list. */
  readonly digest: string;
  /** Why the one that was named does not. */
  readonly error: BerthError;
}

export interface KeptList {
  readonly version: string;
  readonly list: PinnedList;
  readonly read: (digest: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export interface RanRelease {
  readonly version: string;
  readonly list: PinnedList;
  readonly release: Pick<Release, "list" | "files">;
}

export interface ReleaseKeeper {
  /** Resolves when it is kept, or cannot be; never rejects. */
  keep(ran: RanRelease): Promise<void>;
  /** @param digest - of the release that failed, which is none to fall back to. Never rejects. */
  find(error: BerthError, digest: string | undefined): Promise<KeptList | undefined>;
  announce(kept: KeptList, error: BerthError): void;
}

export interface ReleaseKeeperOptions {
  /** `publisher/name`. */
  readonly app: string;
  readonly store: RemoteStore | undefined;
  readonly mayFallBack: NonNullable<AllowPermissive["mayFallBack"]>;
  readonly clock: Clock;
  readonly onFallback?: ((fallback: Fallback) => void) | undefined;
  /** The store failed; nothing else did. */
  readonly onTrouble: (error: unknown) => void;
}

export function createReleaseKeeper(options: ReleaseKeeperOptions): ReleaseKeeper {
  const { app, store, clock, mayFallBack, onTrouble } = options;

  async function find(
    kept: RemoteStore,
    failed: string | undefined,
  ): Promise<KeptList | undefined> {
    const found = await kept.find(app);
    if (found === undefined || found.digest === failed) return undefined;
    const { version, digest } = found;
    if (!(await mayFallBack({ app, version, digest }))) return undefined;
    const bytes = await kept.read(app, digest);
    if (bytes === undefined) return undefined;
    await checkDigest(`The kept list of ${app} ${version}`, bytes, digest);
    return {
      version,
      list: { text: new TextDecoder().decode(bytes), digest },
      read: (file) => kept.read(app, file),
    };
  }

  return {
    async keep({ version, list, release }) {
      if (store === undefined) return;
      try {
        const encoder = new TextEncoder();
        const files = new Map([[list.digest, encoder.encode(list.text)]]);
        for (const [path, { digest }] of Object.entries(release.list.files))
          files.set(digest, encoder.encode(await release.files.text(path)));
        await store.keep(app, { version, digest: list.digest, ranAt: clock.now() }, files);
      } catch (error) {
        onTrouble(error);
      }
    },
    async find(error, digest) {
      if (store === undefined || !isOfTheRelease(error)) return undefined;
      try {
        return await find(store, digest);
      } catch (trouble) {
        onTrouble(trouble);
        return undefined;
      }
    },
    announce({ version, list }, error) {
      options.onFallback?.({ version, digest: list.digest, error });
    },
  };
}

/** What another release may do better; an act of the host's is no such thing. */
function isOfTheRelease({ code }: BerthError): boolean {
  return code !== "RUNTIME_STATE" && code !== "PERMISSION_DENIED";
}

/**
 * What goes on under a grant for longer than a call, such as a stream: ended when, as things are
 * now, it would not be allowed to begin.
 *
 * Asked anew when an installation changes, when somebody's roles or groups do, and every half
 * minute, for what time alone ends. Only a denial ends it: what a suspended app has begun is drained
 * by whoever suspends it.
 */
import { BerthError, isBerthError } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Ground } from "../storage/ground.ts";

export interface OpenUse {
  /** @throws what refuses it as things are now */
  check(live: LiveInstallation): void | Promise<void>;
  /** Ends it at once. */
  end(error: BerthError): void;
}

export interface OpenUses {
  /** Until the holder disposes of it. */
  hold(installationId: string, use: OpenUse): Disposable;
  /** Of one installation, or of all. Resolves when what had to end was told so. Never rejects. */
  recheck(installationId?: string): Promise<void>;
}

export interface OpenUsesOptions {
  readonly load: (installationId: string) => Promise<LiveInstallation | undefined>;
  readonly logger: Ground["logger"];
}

/** A class: to make an object with a symbol as a name takes much longer, and there is one a request. */
class Hold implements Disposable {
  readonly #held: Map<string, Set<OpenUse>>;
  readonly #installationId: string;
  readonly #use: OpenUse;

  constructor(held: Map<string, Set<OpenUse>>, installationId: string, use: OpenUse) {
    this.#held = held;
    this.#installationId = installationId;
    this.#use = use;
  }

  [Symbol.dispose](): void {
    const uses = this.#held.get(this.#installationId);
    if (uses?.delete(this.#use) === true && uses.size === 0)
      this.#held.delete(this.#installationId);
  }
}

export function createOpenUses({ load, logger }: OpenUsesOptions): OpenUses {
  const held = new Map<string, Set<OpenUse>>();

  async function recheckOne(installationId: string): Promise<void> {
    const uses = [...(held.get(installationId) ?? [])];
    if (uses.length === 0) return;
    try {
      const live = await load(installationId);
      // Whoever removed it ends its cells.
      if (live === undefined) return;
      await Promise.all(uses.map((use) => recheckUse(use, live)));
    } catch (error) {
      logger.warn({ err: error, installation: installationId }, "what goes on was not asked anew");
    }
  }

  async function recheckUse(use: OpenUse, live: LiveInstallation): Promise<void> {
    try {
      await use.check(live);
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      if (isBerthError(error, "PERMISSION_DENIED") || isBerthError(error, "AUTH_REQUIRED"))
        use.end(error);
    }
  }

  return {
    hold(installationId, use) {
      const uses = held.get(installationId);
      if (uses === undefined) held.set(installationId, new Set([use]));
      else uses.add(use);
      return new Hold(held, installationId, use);
    },
    async recheck(installationId) {
      const ids = installationId === undefined ? [...held.keys()] : [installationId];
      await Promise.all(ids.map(recheckOne));
    },
  };
}

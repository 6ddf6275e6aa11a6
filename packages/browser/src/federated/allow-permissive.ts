/** What an operator says to let federated apps run in the page. Types only: a strict view pays nothing. */

import type { RetryPolicy } from "./fetch-bytes.ts";
import type { RemoteStore } from "./last-good.ts";
import type { SharedOffers } from "./shared-dependencies.ts";

/**
 * The level `permissive` is **no sandbox**. A federated app runs in the page with all that the page
 * can do: its cookies and storage, its requests in the user's name, every other app's state, what
 * is typed. `blockedAPIs` are kept from an honest app by name and hold a dishonest one in nothing.
 * What Berth does see to: that the release which was named, and no other byte, is what runs.
 */
export interface AllowPermissive {
  /** The manifests' `publisher`s that are trusted so far. Those that are not named are refused. */
  readonly publishers: readonly string[];
  /** What the page shares with the apps: `{ react: { version: React.version, get: () => React } }`. */
  readonly shared?: SharedOffers;
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Where the last release that ran is kept, which runs again when a newer one does not. Default: the
   * browser's Cache, where the page has it, for 30 days. False: nowhere, and nothing falls back.
   */
  readonly lastGood?: RemoteStore | false;
  /** Asked before a kept release runs: whether it was withdrawn meanwhile, say. Default: it may. */
  readonly mayFallBack?: (release: FallbackCandidate) => boolean | Promise<boolean>;
}

export interface FallbackCandidate {
  /** `publisher/name`. */
  readonly app: string;
  readonly version: string;
  /** SHA-256 of the release's list. */
  readonly digest: string;
}

/**
 * A server that another process takes over from while both run, on one PostgreSQL and one data folder.
 *
 * The order, which whoever starts the processes keeps:
 * 1. the successor is opened beside the predecessor, warms up, and does not listen;
 * 2. the predecessor *retires*: it takes no connection any longer;
 * 3. the successor *takes over*: it listens on the same socket, where connections waited meanwhile;
 * 4. the predecessor serves what it has to its end and closes;
 * 5. the successor *settles*.
 *
 * What each holds in memory between 2 and 5, while both serve:
 * - Installations, grants, states: the predecessor may still be asked to suspend or to uninstall, on a
 *   connection that it has, and the successor by everyone else. Each therefore asks the database for
 *   the revision before it believes its memory (`share`), so that the next request and the next
 *   capability call see what the other committed; open WebSockets and loaded isolates follow within
 *   half a second (`refresh`).
 * - View tokens and view instances: signed by a key derived from the master key; nothing to pass on.
 * - Policies, roles, groups: what one has changed, the other is told by its lease (policy/nodes).
 * - Sessions, API keys, publishers: read from the database at each request.
 * - Packages: immutable, by digest.
 * - Handles: of the process whose cell they act from; a cell speaks to nobody else.
 * - Runs: the predecessor interrupts its own and lets go of their leases, the successor looks for runs
 *   that nobody drives, also those that a late request to the predecessor began.
 * - Usage is added up in the database. Log lines are numbered so that the two never give the same.
 * - Decisions that are not in the audit log yet: each has its own spool; what the predecessor leaves is
 *   taken up when it has ended.
 * - Windows of rates, fair shares, counts of streams: each has its own, so an installation can have up
 *   to twice its allowance for the time of the overlap, as after any restart.
 */
import type { Logger } from "pino";
import type { OwnedDirectory } from "../installation/directory.ts";
import { recoverInterruptedResumes } from "../installation/interrupted-resumes.ts";
import type { LifecycleWorks } from "../installation/lifecycle.ts";
import type { FrontDoor } from "../runtime/front-door.ts";
import type { OpenedTrail } from "../trail/open-trail.ts";
import type { DataPlane } from "./open-data-plane.ts";
import { clearPlace, type Storage } from "./open-storage.ts";
import type { HandOver } from "./options.ts";

const watchIntervalMs = 500;
const warmedAtOnce = 2;
const maxWarmed = 64;
const warmingMs = 20_000;

export interface HandOverParts {
  readonly storage: Pick<Storage, "place" | "ground">;
  readonly directory: OwnedDirectory;
  readonly works: LifecycleWorks;
  readonly plane: DataPlane;
  readonly door: FrontDoor;
  readonly trail: Pick<OpenedTrail, "adopt">;
  /** Breaks off the event streams. */
  readonly streamsEnd: AbortController;
  /** Called when it listens. */
  readonly onOpen: () => void;
  /** What only one process should do, and only when the other is gone. */
  readonly onSettled: () => void;
}

export function createHandOver(parts: HandOverParts): HandOver & { stop(): void } {
  const { directory, works, plane, door } = parts;
  const { place, ground } = parts.storage;
  const { jobs } = works;
  let watch: NodeJS.Timeout | undefined;
  let isLooking = false;

  async function look(isRetired: boolean): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      await directory.refresh();
      if (!isRetired) await jobs.resumeAll();
    } catch (error) {
      ground.logger.warn({ err: error }, "What the other process changed could not be looked for");
    } finally {
      isLooking = false;
    }
  }

  function startWatch(isRetired: boolean): void {
    clearInterval(watch);
    watch = setInterval(() => void look(isRetired), watchIntervalMs);
    watch.unref();
  }

  return {
    async takeOver() {
      await door.listen();
      parts.onOpen();
      startWatch(false);
      const resumedRuns = await jobs.resumeAll();
      ground.logger.info({ port: door.port, resumedRuns }, "Berth is open: it has taken over");
    },

    async settle() {
      const { spoolFolder, isFree } = place.other;
      if (!(await parts.trail.adopt(spoolFolder, isFree))) return false;
      clearInterval(watch);
      await jobs.releaseOf([place.other.nodeId]);
      await recoverInterruptedResumes(works, [place.other.nodeId]);
      await directory.unshare();
      await jobs.resumeAll();
      await clearPlace(place.other);
      parts.onSettled();
      return true;
    },

    async retire() {
      directory.share();
      door.release();
      startWatch(true);
      // Whoever comes back with the id of the last line finds all until then in the table.
      await plane.insight.flush().catch((error: unknown) => {
        ground.logger.warn({ err: error }, "App logs were not written before the hand-over");
      });
      parts.streamsEnd.abort();
      settleLater(ground.logger, [plane.functions.endSockets(), jobs.close()]);
    },

    drained: (signal) => door.drained(signal),
    stop: () => clearInterval(watch),
  };
}

/** Nobody waits for these: the successor sees by the database how far they are. */
function settleLater(logger: Logger, works: readonly Promise<void>[]): void {
  for (const work of works) {
    work.catch((error: unknown) => logger.error({ err: error }, "A retiring server left work"));
  }
}

export interface WarmUpParts extends Pick<HandOverParts, "directory" | "plane"> {
  readonly logger: Logger;
}

/**
 * Loads the code of installations before anybody asks for it. One that cannot be loaded is left to
 * its first request; what is not loaded after 20 s, too.
 *
 * @returns how many were loaded
 */
export async function warmUp(ids: readonly string[], parts: WarmUpParts): Promise<number> {
  const waiting = ids.slice(0, maxWarmed);
  const giveUpAt = performance.now() + warmingMs;
  let loaded = 0;
  async function loadNext(): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (performance.now() > giveUpAt) return;
      try {
        const live = await parts.directory.load(id);
        if (live?.state !== "running") continue;
        await parts.plane.functions.load(live);
        loaded += 1;
      } catch (error) {
        parts.logger.warn({ err: error, installation: id }, "An app was not loaded beforehand");
      }
    }
  }
  await Promise.all(Array.from({ length: warmedAtOnce }, loadNext));
  return loaded;
}

/**
 * Puts the audit log together: acts and decisions on one side, the tree, its checkpoints and its readers
 * on the other.
 *
 * Owns the spool of this process and what lies in the folder of its place. Closing brings all that was
 * recorded into the log and signs it; what cannot be, because the database is gone, waits for the next
 * start.
 */
import type { PlatformFetch } from "../gateway/egress/platform-fetch.ts";
import { bySystem } from "../http/actor.ts";
import type { DecisionRecord } from "../policy/ports.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import { createPersonKeys } from "../storage/person-keys.ts";
import { type Anchoring, createAnchoring } from "./anchoring/anchoring.ts";
import { type AnchorOptions, openAnchors } from "./anchoring/open-anchors.ts";
import { type Checkpoints, createCheckpoints } from "./checkpoints.ts";
import { createDecisionRecord } from "./decisions.ts";
import { type LogKeys, openLogKeys } from "./log-keys.ts";
import { createLogStore, type LogStore } from "./log-store.ts";
import { createSealedFields, type SealedFields } from "./person-keys.ts";
import { createActRecord } from "./record-act.ts";
import { createRetention, type Retention } from "./retention.ts";
import { createSearch, type Search } from "./search.ts";
import { createSequencer } from "./sequencer.ts";
import { createSpoolReader } from "./spool/read-spool.ts";
import { createSpoolId, listSegments } from "./spool/segments.ts";
import { createSpoolWriter, type SpoolWriterOptions } from "./spool/write-spool.ts";
import type { Trail } from "./trail.ts";
import { openWitness, type Witness } from "./witness/witness.ts";

export interface AuditOptions extends AnchorOptions {
  /** What the log is called by whoever verifies it; no spaces, no plus. Default: a name of chance. */
  readonly origin?: string;
}

export interface TrailOptions {
  readonly database: Pick<Database, "kind" | "kysely">;
  readonly keys: Pick<KeyRing, "createDataKey" | "seal" | "open" | "deriveKey">;
  readonly ground: Ground;
  /** Where this process' decisions wait; no other process may use it. Made when missing. */
  readonly spoolFolder: string;
  readonly audit?: AuditOptions;
  /** Reaches what is public, and that host. Needed for anchors of the network. */
  readonly fetchFor?: (host: string) => PlatformFetch;
  /** The console's, under which other hosts reach this one as their witness. */
  readonly ownOrigin?: () => string;
  readonly spool?: Pick<SpoolWriterOptions, "segmentBytes" | "maxWaitingBytes" | "openFile">;
}

export interface OpenedTrail extends Trail, AsyncDisposable {
  readonly decisions: DecisionRecord;
  readonly persons: SealedFields;
  readonly store: LogStore;
  readonly search: Search;
  readonly logKeys: LogKeys;
  readonly checkpoints: Checkpoints;
  readonly anchoring: Anchoring;
  readonly witness: Witness;
  readonly retention: Retention;
  /** Resolves when all that was recorded and committed before is in the log. */
  flush(): Promise<void>;
  /**
   * Takes up what a process that has ended left in its folder, and nothing that a later one puts there.
   *
   * @param isFree - whether no process has that folder now @returns false when one has: then nothing is taken up
   */
  adopt(spoolFolder: string, isFree: () => boolean): Promise<boolean>;
  close(): Promise<void>;
}

function noFetch(): never {
  throw new TypeError("An anchor of the network needs fetchFor.");
}

/** Needs the tables of `trailMigrations`. @throws OPTION_INVALID; KEY_UNREADABLE for a witness's */
export async function openTrail(options: TrailOptions): Promise<OpenedTrail> {
  const { database, keys, ground, spoolFolder, audit = {} } = options;
  const { logger } = ground;
  const store = createLogStore(database);
  // Before anything runs: an anchor that is refused ends the start here.
  const { fetchFor = noFetch } = options;
  const anchors = await openAnchors({ options: audit, store, ground, fetchFor });
  const spool = createSpoolWriter({
    ...options.spool,
    id: createSpoolId(ground.clock.now(), ground.random),
    folder: spoolFolder,
  });
  const reader = createSpoolReader({
    folder: spoolFolder,
    activePath: () => spool.activePath,
    logger,
  });
  const sequencer = createSequencer({
    database,
    ground,
    readers: [reader],
    spool,
  });
  const persons = createSealedFields({
    database,
    personKeys: createPersonKeys({ keys, random: ground.random }),
  });
  const acts = createActRecord({ ground, persons, onRecord: sequencer.wake });
  const decisions = createDecisionRecord({ spool, ground, onRecord: sequencer.wake });
  const logKeys = await openLogKeys({
    ...{ database, keys, ground, trail: acts },
    ...(audit.origin === undefined ? {} : { origin: audit.origin }),
  });
  const anchoring = createAnchoring({
    ...{ anchors, ground, addCosignatures: store.addCosignatures },
    recordConflict: ({ kind, place, ...details }) =>
      database.kysely.transaction().execute((trx) =>
        acts.record(trx, {
          ...bySystem,
          action: "audit.anchor-conflict",
          organizationId: null,
          target: { kind: `anchor-${kind}`, id: place },
          details,
        }),
      ),
  });
  const checkpoints = createCheckpoints({
    ...{ store, logKeys, anchoring, ground },
    flush: sequencer.flush,
  });
  const { origin } = logKeys;
  const { ownOrigin = () => "http://localhost" } = options;
  const witness = openWitness({ database, keys, trail: acts, ground, origin, ownOrigin });
  const retention = createRetention({ database, trail: acts, ground });

  async function end(): Promise<void> {
    sequencer.stop();
    retention.stop();
    spool.close();
    try {
      await checkpoints.finish();
    } catch (error) {
      logger.error({ err: error }, "The audit log was not signed; the next start goes on with it");
    }
  }
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= end());

  return {
    ...acts,
    ...{ decisions, persons, store, logKeys, checkpoints, anchoring, witness, retention },
    search: createSearch(database),
    flush: sequencer.flush,
    async adopt(folder, isFree) {
      // Listed first: whoever wrote one of these and is gone now writes no more, and who comes later has others.
      const only = new Set((await listSegments(folder)).map(({ spoolId }) => spoolId));
      if (!isFree()) return false;
      if (only.size === 0) return true;
      sequencer.adopt(createSpoolReader({ folder, activePath: () => undefined, logger, only }));
      sequencer.wake();
      return true;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Installations in memory, for paths that must not ask the database.
 *
 * Loads lazily, keeps the most recently used, forgets on every change of this process, and on those of
 * other nodes as policy/nodes tells them; while memory is *shared*, as between a server and
 * its successor, it is seen by the next who asks: nothing is believed before the row's revision was
 * read.
 * Invariants: what was read before a change is never kept after it; while shared, what `load` gives
 * was read after it was called.
 */
import {
  type InstallationId,
  type ParsedManifest,
  parseAppName,
  parseDigest,
  parseInstallationId,
  type ResourceLimits,
} from "@berth/protocol";
import type { KeyRing } from "../storage/keys.ts";
import { grantOf } from "./grants/grant-of.ts";
import type { InstallationDirectory, JsonObject, LiveInstallation } from "./live.ts";
import type { Organization, Organizations } from "./ports.ts";
import { openSecret } from "./secrets.ts";
import { type InstallationParts, type InstallationStore, stateOf } from "./store.ts";

export interface DirectoryOptions {
  readonly store: InstallationStore;
  readonly organizations: Organizations;
  readonly keys: KeyRing;
  /** Default 20,000. */
  readonly maxLoaded?: number;
}

export interface OwnedDirectory extends InstallationDirectory {
  /** Forgets it and tells the listeners. */
  invalidate(id: InstallationId): void;
  /** The same of each. */
  invalidateAll(): void;
  /** From now on another process changes installations, too. */
  share(): void;
  /** That process is gone: memory is believed again. */
  unshare(): Promise<void>;
  /** Forgets, and tells the listeners of, what another process has changed. */
  refresh(): Promise<void>;
}

const maxAbsent = 1_000;

export function createDirectory(options: DirectoryOptions): OwnedDirectory {
  const { store, organizations, keys, maxLoaded = 20_000 } = options;
  const loaded = new Map<string, LiveInstallation>();
  /** Ids asked for that do not exist: a stranger's guesses cost one query each, not one a request. */
  const absent = new Set<string>();
  const loading = new Map<string, Promise<LiveInstallation | undefined>>();
  const listeners = new Set<(id: InstallationId) => void>();

  let isShared = false;
  let changes = 0;

  function findLoaded(id: string): LiveInstallation | undefined {
    return isShared ? undefined : findKept(id);
  }

  function findKept(id: string): LiveInstallation | undefined {
    const live = loaded.get(id);
    // Who goes first matters when there is little room left.
    if (live === undefined || loaded.size * 2 < maxLoaded) return live;
    loaded.delete(id);
    loaded.set(id, live);
    return live;
  }

  async function read(id: string): Promise<LiveInstallation | undefined> {
    const parts = await store.findParts(id);
    if (parts === undefined) return undefined;
    const organization = await organizations.findOrganization(parts.row.organization_id);
    if (organization === undefined) return undefined;
    // Whoever has the installation can open what its data key seals.
    await keys.ready(organization.id);
    return liveOf(parts, organization);
  }

  function keep(id: string, live: LiveInstallation | undefined): void {
    if (live === undefined) {
      if (absent.size >= maxAbsent) absent.clear();
      absent.add(id);
      return;
    }
    loaded.set(id, live);
    if (loaded.size > maxLoaded) {
      const oldest = loaded.keys().next().value;
      if (oldest !== undefined) loaded.delete(oldest);
    }
  }

  async function loadShared(id: string): Promise<LiveInstallation | undefined> {
    const kept = findKept(id);
    const revision = isId(id) ? await store.findRevision(id) : undefined;
    if (kept !== undefined && kept.epoch === revision) return kept;
    if (kept !== undefined) invalidate(kept.id);
    if (revision === undefined) return undefined;
    const before = changes;
    const found = await read(id);
    if (found !== undefined && changes === before) keep(id, found);
    return found;
  }

  async function refresh(): Promise<void> {
    const revisions = await store.listRevisions([...loaded.keys()]);
    for (const live of [...loaded.values()]) {
      if (revisions.get(live.id) !== live.epoch) invalidate(live.id);
    }
  }

  function invalidate(id: InstallationId): void {
    changes += 1;
    loaded.delete(id);
    absent.delete(id);
    loading.delete(id);
    for (const listener of listeners) listener(id);
  }

  function load(id: string): Promise<LiveInstallation | undefined> {
    if (isShared) return loadShared(id);
    const live = findLoaded(id);
    if (live !== undefined) return Promise.resolve(live);
    if (absent.has(id) || !isId(id)) return Promise.resolve(undefined);
    const running = loading.get(id);
    if (running !== undefined) return running;
    const started: Promise<LiveInstallation | undefined> = read(id).then(
      (found) => {
        // Invalidated meanwhile: the answer serves who asked before, and is not kept.
        if (settle(id, started)) keep(id, found);
        return found;
      },
      (error: unknown) => {
        settle(id, started);
        throw error;
      },
    );
    loading.set(id, started);
    return started;
  }

  /** True when this loading is still the one that counts. */
  function settle(id: string, started: Promise<LiveInstallation | undefined>): boolean {
    return loading.get(id) === started && loading.delete(id);
  }

  return {
    findLoaded,
    load,

    async openSecret(id, name) {
      const live = await load(id);
      if (live === undefined) return undefined;
      const found = await store.of(live.organizationId).findSealedSecret(id, name);
      return found && openSecret(keys, { installationId: id, name, ...found });
    },

    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    invalidate,
    invalidateAll() {
      absent.clear();
      changes += 1;
      // What is being read now may be from before: nobody keeps it.
      loading.clear();
      for (const live of [...loaded.values()]) invalidate(live.id);
    },
    refresh,
    share() {
      isShared = true;
    },
    async unshare() {
      await refresh();
      absent.clear();
      isShared = false;
    },
  };
}

function isId(id: string): boolean {
  return /^i[0-9a-z]{26}$/.test(id);
}

export function liveOf(parts: InstallationParts, organization: Organization): LiveInstallation {
  const { row, grants, secrets } = parts;
  return Object.freeze({
    id: parseInstallationId(row.id),
    organizationId: organization.id,
    organizationName: organization.name,
    organizationSlug: organization.slug,
    app: parseAppName(row.app),
    version: row.version,
    digest: parseDigest(row.digest),
    // Stored as `parseManifest` gave it; parsing again could refuse what an older version took.
    manifest: row.manifest as ParsedManifest,
    grants: Object.freeze(grants.map(grantOf)),
    state: stateOf(row),
    stateReason: row.state_reason,
    // Both were written from checked values and are read by nobody else's hand.
    config: row.config as JsonObject,
    configHash: row.config_hash,
    resources: row.resources as ResourceLimits,
    dataKey: row.data_key,
    secretNames: Object.freeze(secrets.map((secret) => secret.name)),
    installedAt: row.installed_at.getTime(),
    epoch: row.revision,
  });
}

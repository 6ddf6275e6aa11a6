/** Installations as data, and a directory that holds them in memory. */

import { randomBytes } from "node:crypto";
import {
  createId,
  type Grant,
  type InstallationId,
  parseAppName,
  parseDigest,
  parseInstallationId,
  parseManifest,
} from "@berth/protocol";
import type { InstallationDirectory, LiveInstallation } from "../../src/installation/live.ts";
import type { KeyRing } from "../../src/storage/keys.ts";

export interface LiveChanges extends Partial<Omit<LiveInstallation, "grants" | "manifest">> {
  readonly grants?: readonly Omit<Grant, "id">[];
  readonly manifest?: Record<string, unknown>;
}

export function createLive(keys: KeyRing, changes: LiveChanges = {}): LiveInstallation {
  const { grants = [], manifest = {}, ...rest } = changes;
  const parsed = parseManifest({
    id: "notes",
    name: "Notes",
    version: "1.0.0",
    description: "Keeps notes.",
    entryPoint: "view.js",
    server: { entry: "server.js" },
    ...manifest,
  });
  return {
    id: parseInstallationId(createId("i", randomBytes(16))),
    organizationId: "org1",
    organizationName: "Acme",
    organizationSlug: "acme",
    app: parseAppName("studio/notes"),
    version: parsed.version,
    digest: parseDigest(randomBytes(32).toString("hex")),
    manifest: parsed,
    grants: grants.map((grant, index) => ({ ...grant, id: `grant${index + 1}` })),
    state: "running",
    stateReason: null,
    config: {},
    configHash: "0123456789abcdef",
    resources: parsed.resources,
    dataKey: keys.createDataKey().wrapped,
    secretNames: [],
    installedAt: 1_700_000_000_000,
    epoch: 1,
    ...rest,
  };
}

export interface TestDirectory extends InstallationDirectory {
  /** Adds or replaces it, and tells the listeners. */
  set(live: LiveInstallation): void;
  remove(id: InstallationId): void;
  setSecret(id: string, name: string, value: string): void;
}

export function createTestDirectory(): TestDirectory {
  const all = new Map<string, LiveInstallation>();
  const secrets = new Map<string, string>();
  const listeners = new Set<(id: InstallationId) => void>();
  return {
    set(live) {
      all.set(live.id, live);
      for (const listener of listeners) listener(live.id);
    },
    remove(id) {
      all.delete(id);
      for (const listener of listeners) listener(id);
    },
    setSecret: (id, name, value) => void secrets.set(`${id} ${name}`, value),
    findLoaded: (id) => all.get(id),
    load: async (id) => all.get(id),
    openSecret: async (id, name) => secrets.get(`${id} ${name}`),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

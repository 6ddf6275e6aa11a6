/** The server's own services over a real database, for tests of one domain or of the API. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { allMigrations } from "../../src/compose/migrations.ts";
import {
  type IdentityOptions,
  type OpenedIdentity,
  openIdentity,
} from "../../src/identity/open-identity.ts";
import {
  type OpenedRegistry,
  openRegistry,
  type RegistryOptions,
} from "../../src/registry/open-registry.ts";
import { openBlobStore } from "../../src/storage/blobs.ts";
import type { Ground } from "../../src/storage/ground.ts";
import { type KeyRing, openKeyRing } from "../../src/storage/keys.ts";
import { type OpenedTrail, openTrail } from "../../src/trail/open-trail.ts";
import {
  type DatabaseKind,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "./databases.ts";

/** A clock that tests move. */
export interface TestClock {
  now(): number;
  advance(ms: number): void;
}

export function createTestClock(startMs = Date.now()): TestClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
  };
}

export interface TestServices extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly identity: OpenedIdentity;
  readonly registry: OpenedRegistry;
  readonly keys: KeyRing;
  readonly trail: OpenedTrail;
  readonly ground: Ground;
  readonly clock: TestClock;
  readonly folder: string;
  /** As another process on the same database would. */
  reopenIdentity(options?: Pick<IdentityOptions, "isSecure" | "secondFactor">): OpenedIdentity;
}

export async function openTestServices(
  kind: DatabaseKind,
  options: Pick<RegistryOptions, "limits" | "policy"> & {
    /** Where blobs and uploads lie; default the database's own test folder. */
    readonly contentFolder?: string;
    readonly logger?: Ground["logger"];
  } = {},
): Promise<TestServices> {
  const database = await openTestDatabase(kind, allMigrations);
  const clock = createTestClock();
  const ground: Ground = { clock, random: randomBytes, logger: options.logger ?? silentLogger };
  const keys = await openKeyRing({ folder: database.folder, ...ground });
  const contentFolder = options.contentFolder ?? database.folder;
  const spoolFolder = join(contentFolder, "audit-spool");
  const trail = await openTrail({ database, keys, ground, spoolFolder });
  const registry = await openRegistry({
    database,
    trail,
    blobs: await openBlobStore({ folder: contentFolder }),
    ground,
    uploadFolder: join(contentFolder, "uploads"),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
  });
  const reopenIdentity: TestServices["reopenIdentity"] = (further = {}) =>
    openIdentity({
      ...{ database, keys, ground, trail, ...further },
      consoleOrigin: () => "http://localhost:4600",
    });
  return {
    database,
    identity: reopenIdentity(),
    reopenIdentity,
    registry,
    keys,
    trail,
    ground,
    clock,
    folder: contentFolder,
    async [Symbol.asyncDispose]() {
      await trail.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

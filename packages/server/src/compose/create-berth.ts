/**
 * The composition root: with its neighbours in this folder, the only place that knows every domain.
 *
 * Owns the order in which parts open and close. Opening fails as a whole: what was open is closed.
 */
import type { CellInfo } from "@berth/cells";
import { BerthError, createId, maxResourceLimits } from "@berth/protocol";
import { createFetchFor, createPlatformFetch } from "../gateway/egress/platform-fetch.ts";
import { createPersonEraser } from "../identity/erasing/erase-person.ts";
import { openIdentity } from "../identity/open-identity.ts";
import { openSignOn } from "../identity/sso/open-sign-on.ts";
import { createConfigChecker } from "../installation/config/check-config.ts";
import { createDirectory } from "../installation/directory.ts";
import {
  recoverInterruptedResumes,
  watchInterruptedResumes,
} from "../installation/interrupted-resumes.ts";
import { fail } from "../installation/lifecycle.ts";
import { openInstallationRuns } from "../installation/open-runs.ts";
import { createInstallationStore } from "../installation/store.ts";
import { policyPersonData } from "../policy/forget-person.ts";
import { createPolicyChanges, openPolicyNodes } from "../policy/nodes/open-nodes.ts";
import { openPolicies } from "../policy/open-policies.ts";
import { createSandboxLevels } from "../policy/sandbox-levels.ts";
import { createSubjectSource } from "../policy/subjects.ts";
import { openRegistry } from "../registry/open-registry.ts";
import type { FrontDoor } from "../runtime/front-door.ts";
import { createHosts, type Hosts } from "../runtime/hosts.ts";
import { createRequestIds } from "../runtime/request-id.ts";
import { createViewTokens } from "../runtime/view-token.ts";
import { createPersonKeys } from "../storage/person-keys.ts";
import { trailPersonData } from "../trail/forget-person.ts";
import { openTrail } from "../trail/open-trail.ts";
import { checkOptions } from "./check-options.ts";
import { endAccess } from "./end-access.ts";
import { createHandOver, warmUp } from "./hand-over.ts";
import { applyChange, tellNodes } from "./node-changes.ts";
import { openDataPlane } from "./open-data-plane.ts";
import { openDoor } from "./open-door.ts";
import { openStorage } from "./open-storage.ts";
import type { Berth, BerthOptions, HandOver } from "./options.ts";
import type { Parts } from "./parts.ts";
import { createPermissivePublishers } from "./permissive-publishers.ts";
import { createPostureKeeper } from "./posture.ts";
import { watchCrashLoops } from "./watch-crash-loops.ts";

/** A successor tries the limits out, which takes two cores for seconds, only when its cells are warm. */
const calmMs = 30_000;

const nodeBytes = 16;

/**
 * Opens everything and answers requests when it resolves. Unfinished runs are taken up first.
 *
 * @throws DATA_FOLDER_LOCKED, PORT_BUSY, OPTION_INVALID, JAIL_UNAVAILABLE, CELL_START_FAILED,
 * UNAVAILABLE when the database does not answer, HAND_OVER_IMPOSSIBLE for a successor that cannot be one
 */
export async function createBerth(options: BerthOptions): Promise<Berth> {
  checkOptions(options);
  await using opening = new AsyncDisposableStack();
  const storage = await openStorage(options, opening);
  const { ground, database, keys, blobs, folder, place } = storage;
  const port = { value: options.domains?.publicPort ?? options.port ?? 0 };
  const hosts = openHosts(options, port);
  const { spoolFolder } = place;
  const { audit } = options;
  const trail = await openTrail({
    ...{ database, keys, ground, spoolFolder },
    ...(audit === undefined ? {} : { audit }),
    ...{ fetchFor: createFetchFor(options.egress), ownOrigin: hosts.consoleOrigin },
  });
  opening.use(trail);
  const identity = openIdentity({
    ...{ database, keys, trail, ground },
    isSecure: options.domains?.scheme === "https",
    consoleHost: new URL(hosts.consoleOrigin()).hostname,
    consoleOrigin: hosts.consoleOrigin,
    ...(options.secondFactor === undefined ? {} : { secondFactor: options.secondFactor }),
  });
  const subjects = createSubjectSource({ read: identity.readStanding, ground });
  opening.defer(
    identity.onRole((given) => subjects.noteRole(given.organizationId, given.personId, given.role)),
  );
  const signOn = openSignOn({
    ...{ identity, database, keys, ground, trail, ownOrigin: hosts.consoleOrigin },
    isSecure: options.domains?.scheme === "https",
    fetch: createPlatformFetch(options.egress ?? {}),
    ...(options.resolveTxt === undefined ? {} : { resolveTxt: options.resolveTxt }),
  });
  const { uploadsFolder: uploadFolder, nodeId } = place;
  const policy = createPermissivePublishers(options.permissivePublishers);
  const { requirePermissive } = policy;
  const registry = await openRegistry({ database, blobs, trail, ground, uploadFolder, policy });
  const changes = createPolicyChanges(database);
  const { kysely, of } = database;
  const store = createInstallationStore({ kysely, of, ground, changes });
  const directory = createDirectory({ store, organizations: identity, keys });
  const policies = opening.use(await openPolicies({ database, ground, trail, changes }));
  const endSession = { here: (_id: string): void => undefined };
  const nodes = await openPolicyNodes({
    database,
    // A process that takes this place later is another node.
    id: `${nodeId}/${createId("n", ground.random(nodeBytes))}`,
    apply: (change) => applyChange(change, { directory, subjects, policies, endSession }),
    logger: ground.logger,
  });
  opening.use(nodes);
  if (options.successor !== undefined) directory.share();
  const tokens = createViewTokens({ key: keys.deriveKey("view-tokens"), ground });
  const createRequestId = createRequestIds(ground);
  const shared = {
    storage,
    lease: nodes.lease,
    subjects,
    trail,
    policies,
    forbids: policies.forbids,
    registry,
    directory,
    hosts,
    tokens,
    createRequestId,
    requirePermissive,
  };
  const plane = await openDataPlane(options, shared, opening);
  const posture = createPostureKeeper({
    folder: place.cellsFolder,
    jail: options.jail ?? "required",
    database,
    keys,
    allowPrivate: options.egress?.allowPrivate ?? [],
    permissivePublishers: options.permissivePublishers ?? [],
    ...(options.placement === undefined ? {} : { placement: options.placement }),
    jailer: options.jailer,
    ground,
  });
  const works = openInstallationRuns({
    works: {
      store,
      directory,
      changes,
      nodes,
      registry,
      functions: plane.functions,
      sandbox: posture,
      configChecker: createConfigChecker(),
      keys,
      policy: {
        ceilings: { ...maxResourceLimits, ...options.ceilings },
        sandboxLevels: createSandboxLevels(options.sandboxLevels, requirePermissive),
      },
      data: [
        { name: "state", purge: plane.gateway.removeInstallation },
        { name: "logs", purge: plane.insight.remove },
        { name: "use", purge: plane.metering.remove },
        { name: "recent accesses", purge: policies.traffic.removeInstallation },
      ],
      trail,
      ground,
    },
    kysely: database.kysely,
    of: database.of,
    nodeId,
    ...(options.observers === undefined ? {} : { observers: options.observers }),
    ...(options.maxRunningRuns === undefined ? {} : { maxRunning: options.maxRunningRuns }),
  });
  opening.use(works.jobs);
  opening.defer(watchInterruptedResumes(works));
  const eraser = createPersonEraser({
    ...{ database, trail, ground },
    personKeys: createPersonKeys({ keys, random: ground.random }),
    data: [trailPersonData, policyPersonData],
    pseudonym: identity.pseudonym,
    flush: () => plane.insight.flush(),
    onSessionEnd: identity.tellSessionEnd,
    accessChanges: identity.accessChanges,
  });
  const parts: Parts = { ...shared, identity, signOn, plane, posture, works, eraser };
  opening.defer(endAccess({ identity, store, tokens, functions: plane.functions, ground }));
  endSession.here = (id) => plane.functions.endSession(tokens.endSession(id));
  opening.defer(
    identity.onSessionEnd((id) => {
      endSession.here(id);
      tellNodes({ kind: "session", subject: id }, { database, changes, logger: ground.logger });
    }),
  );
  opening.defer(
    identity.accessChanges.on(async ({ organizationId, personIds }) => {
      for (const personId of personIds) subjects.invalidate(organizationId, personId);
      const change = { kind: "organization", subject: organizationId } as const;
      tellNodes(change, { database, changes, logger: ground.logger });
    }),
  );

  const streamsEnd = new AbortController();
  const door = await openDoor(options, { ...parts, streamsEnd }, opening);
  opening.defer(
    watchCrashLoops({
      pool: plane.pool,
      fail: (id, reason) => fail(works, id, reason),
      insight: plane.insight,
      logger: ground.logger,
    }),
  );
  const provePosture = () => {
    if (options.posture === "first-ask") return;
    posture.view().catch((error: unknown) => {
      ground.logger.error({ err: error }, "The limits of this host could not be tried out");
    });
  };
  const onSettled = () => void setTimeout(provePosture, calmMs).unref();
  const onOpen = () => {
    if (options.domains?.publicPort === undefined) port.value = door.port;
  };
  const handOver = createHandOver({ ...parts, door, streamsEnd, onOpen, onSettled });
  opening.defer(handOver.stop);
  let resumedRuns: readonly string[] = [];
  if (options.successor === undefined) {
    onOpen();
    await trail.adopt(place.other.spoolFolder, place.other.isFree);
    await works.jobs.releaseOf([place.other.nodeId]);
    resumedRuns = await works.jobs.resumeAll();
    await recoverInterruptedResumes(works, [place.nodeId, place.other.nodeId]);
    provePosture();
    ground.logger.info({ port: door.port, folder, resumedRuns }, "Berth is open");
  } else {
    const warmed = await warmUp(options.successor.warm, { ...parts, logger: ground.logger });
    ground.logger.info({ folder, warmed }, "Berth is ready to take over");
  }
  return berthOf(parts, { door, handOver, resumedRuns, opened: opening.move() });
}

function berthOf(
  parts: Parts,
  open: {
    readonly door: FrontDoor;
    readonly handOver: HandOver;
    readonly resumedRuns: readonly string[];
    readonly opened: AsyncDisposableStack;
  },
): Berth {
  const { storage, identity, registry, directory, plane, posture, hosts } = parts;
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= open.opened.disposeAsync());
  return {
    get origin() {
      return hosts.consoleOrigin();
    },
    get port() {
      return open.door.port;
    },
    identity,
    registry,
    database: storage.database,
    trail: parts.trail,
    blobs: storage.blobs,
    cells: plane.pool,
    handOver: open.handOver,
    busy: () => busyOf(plane.pool.list()),
    resumedRuns: open.resumedRuns,
    posture: posture.view,
    async deliver(installation, kind, input) {
      const live = await directory.load(installation);
      if (live !== undefined) return plane.functions.callEntry(live, kind, input);
      throw new BerthError("INSTALLATION_NOT_FOUND", `There is no installation ${installation}.`);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** An isolate's key begins with its installation's id; see runtime/spec.ts. */
function busyOf(cells: readonly CellInfo[]): readonly string[] {
  const latestFirst = [...cells].sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  const ids = latestFirst.flatMap((cell) => cell.isolateKeys.map((key) => key.split("@", 1)[0]));
  return [...new Set(ids)].filter((id) => id !== undefined);
}

function openHosts(options: BerthOptions, port: { readonly value: number }): Hosts {
  const { domains = {}, productOrigins } = options;
  return createHosts({
    port: () => port.value,
    ...(domains.apps === undefined ? {} : { appsDomain: domains.apps }),
    ...(domains.frames === undefined ? {} : { framesDomain: domains.frames }),
    ...(domains.console === undefined ? {} : { consoleHosts: domains.console }),
    ...(domains.scheme === undefined ? {} : { scheme: domains.scheme }),
    ...(productOrigins === undefined ? {} : { productOrigins }),
  });
}

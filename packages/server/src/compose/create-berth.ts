/**
 * The composition root: with its neighbours in this folder, the only place that knows every domain.
 *
 * Owns the order in which parts open and close. Opening fails as a whole: what was open is closed.
 */
import { readFileSync } from "node:fs";
import type { CellInfo } from "@berth/cells";
import { BerthError, maxResourceLimits, parseCeilings } from "@berth/protocol";
import { openConsoleFiles } from "../http/console-files.ts";
import type { ContentSources } from "../http/console-policy.ts";
import { createApi } from "../http/create-api.ts";
import { hostHandlers } from "../http/host-routes.ts";
import { embeddingHandlers } from "../identity/embedding/routes.ts";
import { type OpenedIdentity, openIdentity } from "../identity/open-identity.ts";
import { identityHandlers } from "../identity/routes.ts";
import { insightHandlers } from "../insight/routes.ts";
import { createConfigChecker } from "../installation/config/check-config.ts";
import { createDirectory, type OwnedDirectory } from "../installation/directory.ts";
import { fail, type LifecycleWorks, recoverInterruptedResumes } from "../installation/lifecycle.ts";
import { openInstallationRuns } from "../installation/open-runs.ts";
import { installationHandlers } from "../installation/routes.ts";
import { createInstallationStore } from "../installation/store.ts";
import { createSandboxLevels } from "../policy/sandbox-levels.ts";
import { type OpenedRegistry, openRegistry } from "../registry/open-registry.ts";
import { registryHandlers } from "../registry/routes.ts";
import { createFrames } from "../runtime/frames.ts";
import { type FrontDoor, openFrontDoor } from "../runtime/front-door.ts";
import { createHosts, type Hosts } from "../runtime/hosts.ts";
import { createRequestIds } from "../runtime/request-id.ts";
import { viewHandlers } from "../runtime/routes.ts";
import { createViewBundles } from "../runtime/view-bundle.ts";
import { createViewTokens, type ViewTokens } from "../runtime/view-token.ts";
import { createHandOver, warmUp } from "./hand-over.ts";
import { type DataPlane, openDataPlane } from "./open-data-plane.ts";
import { openStorage, type Storage } from "./open-storage.ts";
import type { Berth, BerthOptions, HandOver } from "./options.ts";
import { createPermissivePublishers, type PermissivePublishers } from "./permissive-publishers.ts";
import { createPostureKeeper, type PostureKeeper } from "./posture.ts";
import { watchCrashLoops } from "./watch-crash-loops.ts";

/** A successor tries the limits out, which takes two cores for seconds, only when its cells are warm. */
const calmMs = 30_000;

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

interface Parts {
  readonly storage: Storage;
  readonly identity: OpenedIdentity;
  readonly registry: OpenedRegistry;
  readonly directory: OwnedDirectory;
  readonly hosts: Hosts;
  readonly tokens: ViewTokens;
  readonly plane: DataPlane;
  readonly posture: PostureKeeper;
  readonly works: LifecycleWorks;
  readonly createRequestId: () => string;
  readonly requirePermissive: PermissivePublishers["requirePermissive"];
}

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
  const identity = openIdentity({
    database,
    keys,
    ground,
    isSecure: options.domains?.scheme === "https",
  });
  const { uploadsFolder: uploadFolder, nodeId } = place;
  const policy = createPermissivePublishers(options.permissivePublishers);
  const { requirePermissive } = policy;
  const registry = await openRegistry({ database, blobs, ground, uploadFolder, policy });
  const store = createInstallationStore({ kysely: database.kysely, ground });
  const directory = createDirectory({ store, organizations: identity, keys });
  if (options.successor !== undefined) directory.share();
  const tokens = createViewTokens({ key: keys.deriveKey("view-tokens"), ground });
  const createRequestId = createRequestIds(ground);
  const shared = {
    storage,
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
      ],
      ground,
    },
    kysely: database.kysely,
    nodeId,
    ...(options.observers === undefined ? {} : { observers: options.observers }),
    ...(options.maxRunningRuns === undefined ? {} : { maxRunning: options.maxRunningRuns }),
  });
  opening.use(works.jobs);
  const parts: Parts = { ...shared, identity, plane, posture, works };
  opening.defer(identity.onSessionEnd((id) => plane.functions.endSession(tokens.endSession(id))));

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
    await works.jobs.releaseOf([place.other.nodeId]);
    resumedRuns = await works.jobs.resumeAll();
    await recoverInterruptedResumes(works);
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

function checkOptions(options: BerthOptions): void {
  const { ceilings = {}, jail, host = "127.0.0.1" } = options;
  parseCeilings(ceilings, "ceilings");
  createSandboxLevels(options.sandboxLevels);
  if (jail !== "off" || loopback.has(host)) return;
  throw new BerthError(
    "OPTION_INVALID",
    `Cells without a jail are for development, so Berth then listens on loopback only, and host is ${host}; leave BERTH_JAIL=off or --host out.`,
    { details: { option: "host" } },
  );
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

async function openDoor(
  options: BerthOptions,
  parts: Parts & { readonly streamsEnd: AbortController },
  opened: AsyncDisposableStack,
): Promise<FrontDoor> {
  const { storage, identity, registry, directory, hosts, tokens, plane, works } = parts;
  const { ground, database } = storage;
  const { gateway, insight, metering, functions } = plane;
  const version = readVersion();
  const bundles = createViewBundles({ registry, sandboxLevels: works.policy.sandboxLevels });
  const { consoleFolder, frameBootstrap, htmlProxy } = options.assets;
  const sources = (): ContentSources => ({
    frames: hosts.frameOrigin("*"),
    apps: hosts.functionOrigin("*"),
  });
  const site =
    consoleFolder === null ? undefined : await openConsoleFiles({ folder: consoleFolder, sources });
  const api = createApi({
    handlers: {
      ...hostHandlers({ version, posture: parts.posture.view }),
      ...identityHandlers({
        identity,
        database,
        ground,
        publishersOf: (personId) => registry.publishers.publishersOf(personId),
      }),
      ...embeddingHandlers({ identity, ground, ownOrigin: hosts.consoleOrigin }),
      ...registryHandlers({ registry }),
      ...installationHandlers({
        works,
        people: identity,
        functionOriginOf: (id) => hosts.functionOrigin(id),
      }),
      ...insightHandlers({
        directory,
        insight,
        metering,
        stateUsage: gateway.stateUsage,
        functionUsage: functions.usage,
      }),
      ...viewHandlers({
        directory,
        bundles,
        tokens,
        hosts,
        pseudonym: identity.pseudonym,
        requirePermissive: parts.requirePermissive,
      }),
    },
    authenticate: (request) => identity.authenticate(request),
    organizations: identity,
    publishers: registry.publishers,
    origins: () => hosts.allowedOrigins(),
    ...(site === undefined ? {} : { site: (request: Request) => site.fetch(request) }),
    ground,
    version,
    closing: parts.streamsEnd.signal,
  });
  const door = await openFrontDoor({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    isWaiting: options.successor !== undefined,
    ...(options.listenFd === undefined ? {} : { fd: options.listenFd }),
    api: (request, from) => api.fetch(request, from),
    functions,
    frames: createFrames({
      bootstrap: frameBootstrap,
      ...(htmlProxy === undefined ? {} : { htmlProxy }),
      bundles,
      directory,
      hosts,
      logger: ground.logger,
    }),
    hosts,
    createRequestId: parts.createRequestId,
    ground,
  });
  // Streams that never end by themselves are ended, or the door would wait for them.
  opened.defer(async () => {
    const closed = door.close();
    await Promise.all([works.jobs.close(), insight.close()]);
    await closed;
  });
  return door;
}

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

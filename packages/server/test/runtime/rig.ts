/** The whole data plane on a free port: real cells, real packages, real database. */
import { rm } from "node:fs/promises";
import { digestOf, packFiles, type UnpackedPackage, unpack } from "@berth/bundle";
import { type CellPool, openCellPool } from "@berth/cells";
import type { Digest } from "@berth/protocol";
import { createPermissivePublishers } from "../../src/compose/permissive-publishers.ts";
import type { GatewayOptions } from "../../src/gateway/gateway.ts";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { createSandboxLevels } from "../../src/policy/sandbox-levels.ts";
import { createFrames } from "../../src/runtime/frames.ts";
import {
  type FrontDoor,
  type FrontDoorOptions,
  openFrontDoor,
} from "../../src/runtime/front-door.ts";
import { createHosts, type Hosts } from "../../src/runtime/hosts.ts";
import {
  type FunctionsOptions,
  type OpenFunctions,
  openFunctions,
} from "../../src/runtime/open-functions.ts";
import { createRequestIds } from "../../src/runtime/request-id.ts";
import type { FunctionBounds } from "../../src/runtime/spec.ts";
import { createViewBundles } from "../../src/runtime/view-bundle.ts";
import { createViewTokens, type ViewTokens } from "../../src/runtime/view-token.ts";
import type { LiveChanges } from "../gateway/live.ts";
import { type GatewayRig, openGatewayRig } from "../gateway/rig.ts";
import { createTestFolder, silentLogger } from "../support/databases.ts";
import { type ClientAnswer, type ClientRequest, send } from "./client.ts";

export const productOrigin = "https://product.example";

export interface DataPlane extends AsyncDisposable {
  readonly rig: GatewayRig;
  readonly pool: CellPool;
  readonly functions: OpenFunctions;
  readonly hosts: Hosts;
  readonly tokens: ViewTokens;
  readonly bundles: ReturnType<typeof createViewBundles>;
  readonly door: FrontDoor;
  /** Packs the files and installs the app; `server.js` is its entry. */
  install(files: Record<string, string>, changes?: LiveChanges): Promise<LiveInstallation>;
  tokenOf(live: LiveInstallation): string;
  /** A request with a valid token to the installation's function host. */
  call(
    live: LiveInstallation,
    path: string,
    request?: Partial<ClientRequest>,
  ): Promise<ClientAnswer>;
}

export interface DataPlaneOptions
  extends Pick<GatewayOptions, "egress" | "limits">,
    Pick<FunctionsOptions, "sockets" | "placement"> {
  readonly door?: Partial<
    Pick<FrontDoorOptions, "api" | "slowClients" | "headersTimeoutMs" | "idleTimeoutMs">
  >;
  readonly maxRequestBytes?: number;
  readonly functionLimits?: Partial<FunctionBounds>;
}

export async function openDataPlane(options: DataPlaneOptions = {}): Promise<DataPlane> {
  const rig = await openGatewayRig(options);
  const { ground, directory, gateway } = rig;
  const folder = await createTestFolder();
  const pool = await openCellPool({
    folder,
    jail: "required",
    idleStopMs: 0,
    logger: silentLogger,
    onCall: gateway.call,
    onEgress: gateway.egress,
    onLog: (entry) => functions.log(entry),
  });
  const packages = new Map<Digest, UnpackedPackage>();
  const registry = {
    async openPackage(digest: Digest) {
      const found = packages.get(digest);
      if (found === undefined) throw new Error(`No package ${digest}.`);
      return found;
    },
  };
  const hosts: Hosts = createHosts({ productOrigins: [productOrigin], port: () => door.port });
  const tokens = createViewTokens({ key: rig.keys.deriveKey("view-token"), ground });
  const bundles = createViewBundles({
    registry,
    sandboxLevels: createSandboxLevels(
      undefined,
      createPermissivePublishers(["acme"]).requirePermissive,
    ),
  });
  const createRequestId = createRequestIds(ground);
  const functions: OpenFunctions = openFunctions({
    ...rig,
    pool,
    registry,
    hosts,
    tokens,
    createRequestId,
    ...(options.functionLimits === undefined ? {} : { limits: options.functionLimits }),
    ...(options.placement === undefined ? {} : { placement: options.placement }),
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
    ...(options.maxRequestBytes === undefined ? {} : { maxRequestBytes: options.maxRequestBytes }),
  });
  const bootstrap = "globalThis.isBooted = true;";
  const frames = createFrames({
    bootstrap,
    htmlProxy: "globalThis.isProxy = true;",
    bundles,
    directory,
    hosts,
    clock: ground.clock,
    logger: ground.logger,
  });
  const door: FrontDoor = await openFrontDoor({
    host: "127.0.0.1",
    port: 0,
    api: async (request, { requestId }) =>
      Response.json({
        path: new URL(request.url).pathname,
        headers: Object.fromEntries(request.headers),
        requestId,
      }),
    functions,
    frames,
    hosts,
    createRequestId,
    ground,
    ...options.door,
  });
  rig.readCpu = functions.usage;
  const tokenOf = (live: LiveInstallation) =>
    tokens.mint({ installation: live.id, member: "member-1", instance: "view-1" }).token;
  return {
    rig,
    pool,
    functions,
    hosts,
    tokens,
    bundles,
    door,
    tokenOf,
    async install(files, changes = {}) {
      const archive = await packFiles(
        Object.entries({ "berth.json": "{}", ...files }).map(([path, text]) => ({
          path,
          bytes: Buffer.from(text),
        })),
      );
      const unpacked = await unpack(archive);
      packages.set(digestOf(archive), unpacked);
      const grants = [{ type: "api", resource: "*", actions: ["read", "write"] }] as const;
      return rig.install({
        grants: grants.map((grant) => ({ ...grant, actions: [...grant.actions] })),
        ...changes,
        digest: unpacked.digest,
      });
    },
    call: (live, path, request = {}) =>
      send({
        port: door.port,
        host: `${live.id}.apps.localhost`,
        path,
        ...request,
        headers: { authorization: `Bearer ${tokenOf(live)}`, ...request.headers },
      }),
    async [Symbol.asyncDispose]() {
      await door.close({ deadlineMs: 500 });
      await functions.close();
      await pool.close();
      await rig[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

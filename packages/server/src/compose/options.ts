/** What a Berth is made from, and what it gives. */
import type { CellPool, CellPoolBase, EntryKind, EntryResult, RunningJailer } from "@berth/cells";
import type { EntryInputs, FunctionLimits, PlacementPolicy, ResourceLimits } from "@berth/protocol";
import type { PostureView } from "@berth/protocol/api";
import type { Logger } from "pino";
import type { EgressOptions } from "../gateway/egress/egress.ts";
import type { SecondFactorRule } from "../identity/authenticate.ts";
import type { Identity } from "../identity/identity.ts";
import type { Mailer } from "../identity/mailer.ts";
import type { ResolveTxt } from "../identity/sso/domains.ts";
import type { RunObservers } from "../jobs/run.ts";
import type { OpenedRegistry } from "../registry/open-registry.ts";
import type { DatabaseLogins } from "../storage/apart/separation.ts";
import type { BlobStore } from "../storage/blobs.ts";
import type { Database } from "../storage/database.ts";
import type { Clock } from "../storage/ground.ts";
import type { KeyService } from "../storage/key-service/key-service.ts";
import type { AuditOptions, OpenedTrail } from "../trail/open-trail.ts";

export interface BerthOptions {
  /** The data folder; made when missing. One process at a time, and its successor in a hand-over. */
  readonly folder: string;
  /** `postgres://…`; without it the embedded database in the data folder. */
  readonly databaseUrl?: string;
  /**
   * PostgreSQL's logins that serve, for where the login of `databaseUrl` may not make them: one for an
   * organization's requests, one for all the rest. `databaseUrl` then only migrates.
   */
  readonly databaseLogins?: DatabaseLogins;
  /** `file:///…`; without it a folder in the data folder. */
  readonly blobUrl?: string;
  /** 32 bytes, as BERTH_MASTER_KEY; without it a file in the data folder, which posture says. */
  readonly masterKey?: string;
  /** As BERTH_MASTER_KEY_FILE: `<version> <key>` a line; the highest version wraps. */
  readonly masterKeyFile?: string;
  /** Keeps the master key elsewhere, such as a KMS; then neither of the two above. */
  readonly keyService?: KeyService;
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes a free one. Default 0. */
  readonly port?: number;
  /** A bound socket that this process was given, to listen on; then `host` and `port` only name it. */
  readonly listenFd?: number;
  /**
   * Opens beside a Berth that serves the same folder and PostgreSQL, in order to take over from it:
   * it is ready when `createBerth` resolves, and listens when `handOver.takeOver` is called.
   */
  readonly successor?: {
    /** Installations whose code is loaded beforehand: the predecessor's `busy()`. The first 64 are. */
    readonly warm: readonly string[];
  };
  readonly assets: {
    /** The console's built files; null serves the API alone. */
    readonly consoleFolder: string | null;
    /** The script of the views' frames, as one text. */
    readonly frameBootstrap: string;
    /** The script of the frame before an app's own HTML; without it such apps do not open. */
    readonly htmlProxy?: string;
  };
  /** Default `required`. `off` is for development, on loopback only. */
  readonly jail?: "required" | "off";
  /**
   * Of `startJailer`: then this process needs no rights, and should have given them up. It stays open
   * when the Berth closes. Default: this process starts cells, with the rights that it has.
   */
  readonly jailer?: RunningJailer;
  readonly domains?: {
    /** Functions answer on `<installation>.<apps>`. Default `apps.localhost`. */
    readonly apps?: string;
    /** Frames are served on `<installation>.<frames>`. Default `frames.localhost`. */
    readonly frames?: string;
    /** Names of the console, the first its own. Default `localhost`, `127.0.0.1`, `[::1]`. */
    readonly console?: readonly string[];
    /** As browsers see it, such as behind a proxy. Default `http`. */
    readonly scheme?: "http" | "https";
    /** As browsers see it. Default: the port that is listened on. */
    readonly publicPort?: number;
  };
  /**
   * Proxies of the operator's own in front of Berth, as addresses or networks (`10.0.0.0/8`): what they
   * say of a client's address in X-Forwarded-For is believed. Default none.
   */
  readonly trustedProxies?: readonly string[];
  /** Of whom a second factor is asked, whatever their organizations say. Default `optional`. */
  readonly secondFactor?: SecondFactorRule;
  /** Origins of the operator's product. Default none. */
  readonly productOrigins?: readonly string[];
  /**
   * The most that one installation may get, whatever its manifest asks. Default: protocol's
   * `maxResourceLimits` and `maxFunctionLimits`.
   */
  readonly ceilings?: Partial<ResourceLimits & FunctionLimits>;
  /**
   * At which levels views may run. Default `strict` and `moderate`: an app of its own HTML, in frames
   * of an opaque origin, which reaches its granted domains by itself, unmetered.
   */
  readonly sandboxLevels?: readonly ("strict" | "moderate")[];
  /**
   * Publishers whose views may run in the product's page itself, at the level permissive: no
   * sandbox. Default none. The product's page has to allow it as well (`allowPermissive`).
   */
  readonly permissivePublishers?: readonly string[];
  readonly egress?: Pick<EgressOptions, "allowPrivate" | "resolve" | "connect">;
  /** How the proofs of e-mail domains are looked up. Default: the host's resolver. */
  readonly resolveTxt?: ResolveTxt;
  /**
   * Which installations share a cell. Default: none does (`dedicated`). Choose `fleet` only for
   * publishers whom you trust with the data of all organizations that use them.
   */
  readonly placement?: PlacementPolicy;
  /** How many cells there may be, how much memory they may hold, and when they sleep. */
  readonly cells?: Partial<
    Pick<CellPoolBase, "maxCells" | "memoryBudgetMb" | "idlePauseMs" | "idleStopMs" | "warmCells">
  >;
  /** The audit log's name and where its checkpoints are kept outside the database. Default: nowhere. */
  readonly audit?: AuditOptions;
  /** When limits are tried out: while starting, in the background, or when first asked for. */
  readonly posture?: "start" | "first-ask";
  /** Takes invitations to mailboxes. Default: none, and an invitation's link is shown to its maker. */
  readonly mailer?: Mailer;
  readonly logger: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `node:crypto`. */
  readonly random?: (bytes: number) => Uint8Array;
  /** Told of every step of every run. */
  readonly observers?: RunObservers;
  /** Installs and uninstalls that are driven at a time; the rest wait. Default 4. */
  readonly maxRunningRuns?: number;
}

/**
 * How one process follows another on the same socket with no request failing: the successor is opened,
 * the predecessor retires, the successor takes over, the predecessor closes once it is drained, the
 * successor settles.
 */
export interface HandOver {
  /** Of a successor: listens. Call when the predecessor has retired. @throws as `createBerth` does */
  takeOver(): Promise<void>;
  /**
   * Of a successor: call when the predecessor's process has ended; cleans up after it.
   *
   * @returns false when a process still has its place; then nothing was done
   */
  settle(): Promise<boolean>;
  /**
   * Of a predecessor: takes no connection any longer when it resolves; serves those that are open,
   * ends event streams and WebSockets (1012) so that they are opened anew, and interrupts runs.
   */
  retire(): Promise<void>;
  /** Of a predecessor: resolves when no connection is left, or the signal aborts. Then `close`. */
  drained(signal: AbortSignal): Promise<void>;
}

export interface Berth extends AsyncDisposable {
  /** The console's, such as `http://localhost:4600`. */
  readonly origin: string;
  readonly port: number;
  readonly identity: Identity;
  readonly registry: OpenedRegistry;
  readonly database: Database;
  /** The audit log. */
  readonly trail: OpenedTrail;
  readonly blobs: BlobStore;
  readonly cells: Pick<
    CellPool,
    "list" | "counts" | "onEvent" | "pauseIdle" | "stopIdle" | "quarantined" | "replaceEngine"
  >;
  /** For a restart without an interruption, on PostgreSQL. */
  readonly handOver: HandOver;
  /** Installations whose code is loaded, the latest used first. */
  busy(): readonly string[];
  /** Unfinished runs that were taken up at the start; none of a successor. */
  readonly resumedRuns: readonly string[];
  /**
   * Delivers a schedule's moment or an event to an installation's function, in nobody's name.
   *
   * @param input - crosses to the app as JSON
   * @throws INSTALLATION_NOT_FOUND, INSTALLATION_STATE, FUNCTION_THREW, SANDBOX_*, CELL_*
   */
  deliver<Kind extends EntryKind>(
    installation: string,
    kind: Kind,
    input: EntryInputs[Kind],
  ): Promise<EntryResult>;
  posture(): Promise<PostureView>;
  /** Stops accepting, lets requests end, interrupts runs, writes everything out. Idempotent. */
  close(): Promise<void>;
}

/** What `berth serve` is told: options before the environment, the environment before defaults. */
import { resolve } from "node:path";
import { BerthError, type Ceilings, isSlug, type PlacementPolicy } from "@berth/protocol";
import type { BerthOptions } from "@berth/server";
import type { CliContext } from "../context.ts";
import { type AuditOptions, parseAuditOptions } from "./audit-options.ts";
import { readCeilings } from "./limits.ts";
import { parsePlacement } from "./placement.ts";
import { type PublicNames, parsePublicNames } from "./public-names.ts";
import { parseSandboxLevels, type SandboxLevel } from "./sandbox-levels.ts";
import { parseServerUser, type ServerUser } from "./server-user.ts";

type SecondFactorRule = NonNullable<BerthOptions["secondFactor"]>;

export interface ServeFlags {
  readonly port: string;
  readonly host: string;
  readonly dataDir: string;
  /** `false` when `--no-samples` was given. */
  readonly samples?: boolean;
  readonly productOrigin?: readonly string[];
  readonly permissivePublisher?: readonly string[];
  readonly trustedProxy?: readonly string[];
  readonly secondFactor?: string;
  readonly publicUrl?: string;
  readonly appsDomain?: string;
  readonly framesDomain?: string;
  readonly limits?: string;
  readonly drain?: string;
  readonly placement?: string;
  readonly cellMemory?: string;
  readonly sandboxLevels?: string;
  readonly auditAnchor?: string;
  readonly auditOrigin?: string;
  readonly auditWitness?: readonly string[];
  readonly auditS3?: string;
  readonly auditS3Days?: string;
  readonly user?: string;
  readonly verbose?: boolean;
}

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly folder: string;
  /** How long a server that is replaced goes on serving the connections that it has. */
  readonly drainMs: number;
  readonly hasSamples: boolean;
  readonly isVerbose: boolean;
  readonly jail: "required" | "off";
  readonly placement: PlacementPolicy;
  /** Undefined: the pool's own default. */
  readonly cellMemoryMb: number | undefined;
  /** At which levels views may run. */
  readonly sandboxLevels: readonly SandboxLevel[];
  readonly productOrigins: readonly string[];
  readonly permissivePublishers: readonly string[];
  /** Addresses and networks; the server checks their form. */
  readonly trustedProxies: readonly string[];
  readonly secondFactor: SecondFactorRule;
  /** Undefined when browsers reach it by the address that it listens on. */
  readonly publicNames: PublicNames | undefined;
  readonly databaseUrl: string | undefined;
  readonly blobUrl: string | undefined;
  readonly masterKey: string | undefined;
  /** Absolute. */
  readonly masterKeyFile: string | undefined;
  /** PostgreSQL's logins that serve, when the operator made them. */
  readonly databaseLogins: { readonly app: string; readonly jobs: string } | undefined;
  /** What one installation may have at most; undefined: what a manifest may ask. */
  readonly ceilings: Ceilings | undefined;
  /** The audit log's name, and where its checkpoints are kept. */
  readonly audit: AuditOptions;
  /** Whom the server becomes when root starts it. */
  readonly user: ServerUser | undefined;
  readonly isRootRefused: boolean;
}

/** @throws BerthError OPTION_INVALID, FILE_UNREADABLE */
export function parseServeOptions(
  { cwd, env }: Pick<CliContext, "cwd" | "env">,
  flags: ServeFlags,
): ServeOptions {
  return {
    port: parsePort(flags.port),
    host: flags.host,
    folder: resolve(cwd, flags.dataDir),
    drainMs: parseSeconds(flags.drain ?? "75") * 1_000,
    hasSamples: flags.samples !== false,
    isVerbose: flags.verbose ?? false,
    jail: parseJail(env.BERTH_JAIL),
    placement: parsePlacement(flags.placement ?? (env.BERTH_PLACEMENT || "dedicated")),
    cellMemoryMb: parseCellMemory(flags.cellMemory ?? (env.BERTH_CELL_MEMORY || undefined)),
    sandboxLevels: parseSandboxLevels(
      flags.sandboxLevels ?? (env.BERTH_SANDBOX_LEVELS || "strict,moderate"),
    ),
    productOrigins: (flags.productOrigin ?? []).map(parseOrigin),
    permissivePublishers: (flags.permissivePublisher ?? []).map(parsePublisher),
    trustedProxies: flags.trustedProxy ?? listOf(env.BERTH_TRUSTED_PROXIES),
    secondFactor: parseSecondFactor(flags.secondFactor ?? (env.BERTH_SECOND_FACTOR || "optional")),
    publicNames: parsePublicNames({
      publicUrl: flags.publicUrl ?? (env.BERTH_PUBLIC_URL || undefined),
      appsDomain: flags.appsDomain ?? (env.BERTH_APPS_DOMAIN || undefined),
      framesDomain: flags.framesDomain ?? (env.BERTH_FRAMES_DOMAIN || undefined),
    }),
    databaseUrl: env.DATABASE_URL || undefined,
    blobUrl: env.BLOB_URL || undefined,
    masterKey: env.BERTH_MASTER_KEY || undefined,
    masterKeyFile: env.BERTH_MASTER_KEY_FILE ? resolve(cwd, env.BERTH_MASTER_KEY_FILE) : undefined,
    databaseLogins: parseDatabaseLogins(env),
    ceilings: readCeilings({ cwd, file: flags.limits, env: env.BERTH_LIMITS }),
    audit: parseAuditOptions({ cwd, env }, flags),
    user: parseUser(flags.user ?? (env.BERTH_USER || undefined)),
    isRootRefused: parseSwitch("BERTH_REQUIRE_UNPRIVILEGED", env.BERTH_REQUIRE_UNPRIVILEGED),
  };
}

function parseDatabaseLogins(env: CliContext["env"]): ServeOptions["databaseLogins"] {
  const { BERTH_DATABASE_APP_URL: app, BERTH_DATABASE_JOBS_URL: jobs, DATABASE_URL: owner } = env;
  if (!app && !jobs) return undefined;
  if (app && jobs && owner) return { app, jobs };
  throw invalid(
    "BERTH_DATABASE_APP_URL",
    "BERTH_DATABASE_APP_URL, BERTH_DATABASE_JOBS_URL and DATABASE_URL go together; give all three, or DATABASE_URL alone.",
  );
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw invalid("port", `--port is "${text}"; expected 0 (any free one) to 65535.`);
}

function parseSeconds(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (seconds >= 0 && seconds <= 86_400) return seconds;
  throw invalid("drain", `--drain is "${text}"; expected seconds, 0 to 86400.`);
}

function parseCellMemory(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw invalid(
    "cell-memory",
    `--cell-memory (BERTH_CELL_MEMORY) is "${text}"; expected a whole number of MiB, such as 4096.`,
  );
}

export function parseJail(text: string | undefined): "required" | "off" {
  if (text === undefined || text === "" || text === "required") return "required";
  if (text === "off") return "off";
  throw invalid("BERTH_JAIL", `BERTH_JAIL is "${text}"; expected required (the default) or off.`);
}

function parseUser(text: string | undefined): ServerUser | undefined {
  return text === undefined ? undefined : parseServerUser(text);
}

function parseSwitch(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "" || text === "0") return false;
  if (text === "1") return true;
  throw invalid(name, `${name} is ${JSON.stringify(text)}; expected 1, or 0 (the default).`);
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").flatMap((part) => part.trim() || []);
}

function parseSecondFactor(text: string): SecondFactorRule {
  if (text === "optional" || text === "operators" || text === "everyone") return text;
  throw invalid(
    "second-factor",
    `--second-factor (BERTH_SECOND_FACTOR) is ${JSON.stringify(text)}; expected optional (the default), operators or everyone.`,
  );
}

function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, "")) {
    return url.origin;
  }
  throw invalid(
    "product-origin",
    `--product-origin is ${JSON.stringify(text)}; expected an origin, such as https://product.example.com.`,
  );
}

function parsePublisher(text: string): string {
  if (isSlug(text)) return text;
  throw invalid(
    "permissive-publisher",
    `--permissive-publisher is ${JSON.stringify(text)}; expected the name of one publisher, such as acme-tools.`,
  );
}

function invalid(option: string, message: string): BerthError {
  return new BerthError("OPTION_INVALID", message, { details: { option } });
}

/** What isolates and limits apps on this host, tried out once and kept. */
import {
  type HostReport,
  type Posture,
  probeHost,
  provePosture,
  type RunningJailer,
} from "@berth/cells";
import { BerthError, type PlacementPolicy } from "@berth/protocol";
import type { PostureView } from "@berth/protocol/api";
import type { SandboxCheck } from "../installation/ports.ts";
import { noticesOfPlacement, viewOfPlacement } from "../runtime/placement-view.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";

export interface PostureKeeper extends SandboxCheck {
  /** Tries the limits out when that was not done; asked at once by many, it is done once. */
  view(): Promise<PostureView>;
}

export interface PostureKeeperOptions {
  /** The cells' own folder. */
  readonly folder: string;
  readonly jail: "required" | "off";
  readonly database: Pick<Database, "kind" | "separation">;
  readonly keys: Pick<KeyRing, "isMasterBesideData">;
  readonly allowPrivate: readonly string[];
  /** Publishers whose views may run in the product's page. */
  readonly permissivePublishers: readonly string[];
  /** Default: nobody shares a cell. */
  readonly placement?: PlacementPolicy;
  /** Who starts the cells, when it is not this process. */
  readonly jailer: RunningJailer | undefined;
  readonly ground: Ground;
}

export function createPostureKeeper(options: PostureKeeperOptions): PostureKeeper {
  const { folder, jail, ground } = options;
  const byJailer = options.jailer === undefined ? {} : { jailer: options.jailer };
  let host: Promise<HostReport> | undefined;
  let proof: Promise<PostureView> | undefined;

  const probe = () => (host ??= probeHost(byJailer));

  async function prove(): Promise<PostureView> {
    const [report, posture] = await Promise.all([
      probe(),
      provePosture({ folder, jail, ...byJailer, logger: ground.logger }),
    ]);
    const notices = noticesOf(options);
    if (posture.mode === "degraded") {
      notices.push(
        "No control group can be written, so memory, CPU share and processes of cells are held by polling, which is coarser; delegate one (systemd: Delegate=yes).",
      );
    }
    const view = viewOf(report, posture);
    return {
      ...view,
      host: [...view.host, separationLine(options.database.separation)],
      placement: viewOfPlacement(options.placement),
      notices,
      provenAt: new Date(ground.clock.now()).toISOString(),
    };
  }

  return {
    view() {
      proof ??= prove().catch((error: unknown) => {
        // The next one who asks tries again.
        proof = undefined;
        throw error;
      });
      return proof;
    },
    async check() {
      if (jail === "off") return "unjailed, for development only";
      const { findings } = await probe();
      const missing = findings.find(
        ({ name, ok }) => !ok && (name === "bubblewrap" || name === "user namespaces"),
      );
      if (missing === undefined) return "jailed by bubblewrap";
      throw new BerthError("JAIL_UNAVAILABLE", `${missing.finding} ${missing.mend}`, {
        details: { finding: missing.name },
      });
    },
  };
}

function separationLine({ mode, finding }: Database["separation"]): PostureView["host"][number] {
  const mend = "Give logins that serve (docs/data.md).";
  return {
    name: "organizations apart",
    isOk: mode !== "none",
    finding,
    mend: mode === "none" ? mend : null,
  };
}

function viewOf(
  report: HostReport,
  posture: Posture,
): Omit<PostureView, "placement" | "notices" | "provenAt"> {
  const isWhole =
    report.ok &&
    posture.ok &&
    posture.mode === "full" &&
    posture.lines.every(({ enforcer }) => enforcer !== "none");
  const level = posture.jail === "off" ? "unsafe" : isWhole ? "full" : "degraded";
  return {
    level,
    engine: { name: "workerd", ...posture.engine },
    host: report.findings.map(({ name, ok, finding, mend }) => ({
      name,
      isOk: ok,
      finding,
      mend: mend === "" ? null : mend,
    })),
    limits: posture.lines.map(({ limit, enforcer, ok, evidence }) => ({
      limit,
      enforcer,
      isProven: ok,
      evidence,
    })),
  };
}

function noticesOf(options: PostureKeeperOptions): string[] {
  const notices: string[] = [];
  if (options.jail === "off") {
    notices.push(
      "Cells are not jailed: an app can do what this server's user can. For development only.",
    );
  }
  if (process.getuid?.() === 0) {
    notices.push(
      "The server itself runs as root: a hole in it is a hole in this host. Give it a user of its own (berth serve --user NAME); a small jailer process then keeps root's rights.",
    );
  }
  if (options.keys.isMasterBesideData) {
    notices.push(
      "The master key lies in the data folder, so a copy of the folder can be read; set BERTH_MASTER_KEY or BERTH_MASTER_KEY_FILE to keep it elsewhere.",
    );
  }
  if (options.database.kind === "pglite") {
    notices.push(
      "The embedded database does not fsync: a power cut may lose the last changes; use PostgreSQL (DATABASE_URL) where that matters.",
    );
  }
  if (options.database.separation.mode !== "logins") {
    notices.push(options.database.separation.finding);
  }
  notices.push(...noticesOfPlacement(options.placement));
  if (options.allowPrivate.length > 0) {
    notices.push(`Apps may be granted private addresses: ${options.allowPrivate.join(", ")}.`);
  }
  if (options.permissivePublishers.length > 0) {
    notices.push(
      `Views of ${options.permissivePublishers.join(", ")} may run in the product's page without a sandbox, as whoever uses them.`,
    );
  }
  return notices;
}

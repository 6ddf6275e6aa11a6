/**
 * What `berth serve` is told of the audit log: its name, and where its checkpoints are kept.
 *
 * Trust: S3's secret comes from the environment alone, and stands in no message.
 */
import { resolve } from "node:path";
import { BerthError } from "@berth/protocol";
import type { BerthOptions } from "@berth/server";
import type { CliContext } from "../context.ts";

export type AuditOptions = NonNullable<BerthOptions["audit"]>;
type WitnessOption = NonNullable<AuditOptions["witnesses"]>[number];
type S3Option = NonNullable<AuditOptions["s3"]>;

export interface AuditFlags {
  readonly auditAnchor?: string;
  readonly auditOrigin?: string;
  readonly auditWitness?: readonly string[];
  readonly auditS3?: string;
  readonly auditS3Days?: string;
}

/** Stores take dates up to some year; a hundred are more than a lock is good for. */
const maxDays = 36_500;

function invalid(option: string, message: string): BerthError {
  return new BerthError("OPTION_INVALID", message, { details: { option } });
}

function parseName(origin: string): string {
  if (/^[!-*,-~]{1,200}$/.test(origin)) return origin;
  throw invalid(
    "audit-origin",
    `--audit-origin is ${JSON.stringify(origin)}; expected a name without spaces and plus, such as berth.example.com/audit.`,
  );
}

function parseWitness(text: string): WitnessOption {
  const [url = "", vkey, ...rest] = text.split("#");
  if (vkey !== undefined && rest.length === 0 && URL.canParse(url)) return { url, vkey };
  throw invalid(
    "audit-witness",
    "--audit-witness is not of the form <url>#<vkey>, such as https://berth.example.com/api/v1/audit/witness#berth/witness+1a2b3c4d+BA…; berth audit witness prints it on the witness.",
  );
}

/** What the tools of S3 read as well. @throws OPTION_INVALID */
export function parseS3Credentials(env: CliContext["env"]): S3Option["credentials"] {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw invalid(
      "AWS_ACCESS_KEY_ID",
      "An S3 anchor needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.",
    );
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}

function parseS3(url: string, days: string | undefined, env: CliContext["env"]): S3Option {
  const retentionDays = /^[1-9]\d{0,4}$/.test(days ?? "365") ? Number(days ?? "365") : 0;
  if (retentionDays === 0 || retentionDays > maxDays) {
    throw invalid(
      "audit-s3-days",
      `--audit-s3-days is ${JSON.stringify(days)}; expected a number of days, 1 to ${maxDays}.`,
    );
  }
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  return {
    ...{ url, retentionDays, credentials: parseS3Credentials(env) },
    ...(region ? { region } : {}),
  };
}

/** @throws OPTION_INVALID */
export function parseAuditOptions(
  { cwd, env }: Pick<CliContext, "cwd" | "env">,
  flags: AuditFlags,
): AuditOptions {
  const origin = flags.auditOrigin ?? (env.BERTH_AUDIT_ORIGIN || undefined);
  const anchor = flags.auditAnchor ?? (env.BERTH_AUDIT_ANCHOR || undefined);
  const s3 = flags.auditS3 ?? (env.BERTH_AUDIT_S3 || undefined);
  const days = flags.auditS3Days ?? (env.BERTH_AUDIT_S3_DAYS || undefined);
  const fromEnv = (env.BERTH_AUDIT_WITNESS ?? "").split(",").flatMap((part) => part.trim() || []);
  const witnesses = (flags.auditWitness ?? fromEnv).map(parseWitness);
  return {
    ...(origin === undefined ? {} : { origin: parseName(origin) }),
    ...(anchor === undefined ? {} : { anchorFolder: resolve(cwd, anchor) }),
    ...(witnesses.length === 0 ? {} : { witnesses }),
    ...(s3 === undefined ? {} : { s3: parseS3(s3, days, env) }),
  };
}

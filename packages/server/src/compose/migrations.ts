/** The migrations of every domain; their names decide the order. */
import { gatewayMigrations } from "../gateway/migrations.ts";
import { identityMigrations } from "../identity/migrations.ts";
import { insightMigrations } from "../insight/migrations.ts";
import { installationMigrations } from "../installation/migrations.ts";
import { jobMigrations } from "../jobs/migrations.ts";
import { meteringMigrations } from "../metering/migrations.ts";
import { policyMigrations } from "../policy/migrations.ts";
import { policyNodeMigrations } from "../policy/nodes/migrations.ts";
import { registryMigrations } from "../registry/migrations.ts";
import type { NamedMigration } from "../storage/migrate.ts";
import { storageMigrations } from "../storage/migrations.ts";
import { trailMigrations } from "../trail/migrations.ts";

export const allMigrations: readonly NamedMigration[] = Object.freeze([
  ...identityMigrations,
  ...registryMigrations,
  ...installationMigrations,
  ...jobMigrations,
  ...gatewayMigrations,
  ...meteringMigrations,
  ...insightMigrations,
  ...trailMigrations,
  ...policyNodeMigrations,
  ...storageMigrations,
  ...policyMigrations,
]);

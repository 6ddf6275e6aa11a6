/** All tables, by domain. A domain touches only its own. */
import type { GatewayTables } from "../gateway/tables.ts";
import type { IdentityTables } from "../identity/tables.ts";
import type { InsightTables } from "../insight/tables.ts";
import type { InstallationTables } from "../installation/tables.ts";
import type { JobTables } from "../jobs/tables.ts";
import type { MeteringTables } from "../metering/tables.ts";
import type { PolicyNodeTables } from "../policy/nodes/tables.ts";
import type { PolicyTables } from "../policy/tables.ts";
import type { RegistryTables } from "../registry/tables.ts";
import type { TrailTables } from "../trail/tables.ts";
import type { KeyTables } from "./key-store.ts";

export interface Schema
  extends IdentityTables,
    RegistryTables,
    InstallationTables,
    JobTables,
    GatewayTables,
    MeteringTables,
    InsightTables,
    TrailTables,
    PolicyNodeTables,
    KeyTables,
    PolicyTables {}

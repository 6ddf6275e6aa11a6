/**
 * Tells who sent a request, by API key, by a session that the product opened, or by session cookie.
 *
 * Trust: headers are hostile. A request that sends a key is judged by the key alone, so that a wrong
 * one is never made good by a cookie that happens to be there.
 */
import {
  embeddedPermissions,
  type OperatorPermission,
  permissionsOfOperatorRole,
} from "@berth/protocol/api";
import { sql } from "kysely";
import type { Caller } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import type { Clock } from "../storage/ground.ts";
import { type ApiKeys, apiKeyPrefix, hashApiKey } from "./api-keys.ts";
import { type EmbedSessions, embedTokenPrefix } from "./embedding/embed-sessions.ts";
import type { RecordedKeys } from "./recorded-keys.ts";
import { isServiceId } from "./services/services.ts";
import type { Sessions } from "./sessions.ts";
import { findSessionBound } from "./sso/bound.ts";

/** Of whom this host asks a second factor, whatever their organizations say. */
export type SecondFactorRule = "optional" | "operators" | "everyone";

const maxKeyChars = 200;
const nothing: ReadonlySet<OperatorPermission> = new Set();

/** The API key of a request, valid or not; undefined when it sends none. */
export function findApiKey(headers: Headers): string | undefined {
  const direct = headers.get("x-api-key");
  if (direct !== null) return direct;
  const authorization = headers.get("authorization");
  if (authorization === null) return undefined;
  return /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
}

const boundTo = (organizationId: string | null | undefined) =>
  organizationId == null ? {} : { organizationId, isBySingleSignOn: true };

/** A stream that stays open is no sign that somebody is there. */
function isStream(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/event-stream") === true;
}

type Proof = Pick<
  Caller,
  | "by"
  | "keyId"
  | "sessionId"
  | "organizationId"
  | "isBySingleSignOn"
  | "publisherName"
  | "limitedTo"
  | "provedAt"
  | "secondFactorAt"
>;

export function createAuthenticate(options: {
  readonly database: Pick<Database, "kysely">;
  readonly sessions: Pick<Sessions, "find">;
  readonly apiKeys: Pick<ApiKeys, "noteUse">;
  readonly embedSessions: Pick<EmbedSessions, "find">;
  /** Called before a request that proved itself by an API key goes on; it fails with this. */
  readonly onKeyUse: RecordedKeys["used"];
  readonly clock: Clock;
  readonly secondFactorRule: SecondFactorRule;
}): (request: Request) => Promise<Caller | null> {
  const { apiKeys, clock, embedSessions, onKeyUse, sessions, secondFactorRule } = options;
  const { kysely } = options.database;

  const selectPeople = () =>
    kysely
      .selectFrom("person")
      .leftJoin("operator", "operator.person_id", "person.id")
      .leftJoin("service_principal", "service_principal.person_id", "person.id")
      .select(["person.id", "person.name", "person.email", "operator.role"])
      .select((by) => [
        "service_principal.person_id as service_id",
        "service_principal.disabled_at",
        "service_principal.organization_id as service_organization",
        "service_principal.publisher_name as service_publisher",
        by
          .exists(
            by
              .selectFrom("second_factor")
              .select("second_factor.person_id")
              .whereRef("second_factor.person_id", "=", "person.id")
              .where("second_factor.confirmed_at", "is not", null),
          )
          .as("has_second_factor"),
        by
          .exists(
            by
              .selectFrom("passkey")
              .select("passkey.id")
              .whereRef("passkey.userId", "=", "person.id")
              .where("passkey.recorded_at", "is not", null),
          )
          .as("has_passkey"),
        sql<readonly string[]>`coalesce((select json_agg(organization.id) from member
          join organization on organization.id = member."organizationId"
          where member."userId" = person.id and organization.second_factor_required), '[]')`.as(
          "required_in",
        ),
      ]);
  type Row = Awaited<ReturnType<ReturnType<typeof selectPeople>["executeTakeFirstOrThrow"]>>;

  /** Where a second factor is asked of somebody. */
  const asking = (row: Row): ReadonlySet<string> =>
    new Set([
      ...row.required_in,
      ...(secondFactorRule === "everyone" ? ["everywhere"] : []),
      ...(secondFactorRule === "operators" ? ["host"] : []),
    ]);

  /**
   * Who came by the product or by an organization's provider was proven there: what is asked for beyond
   * a password is asked for there.
   */
  function hasShownFactor(row: Row, proof: Proof): boolean {
    if (proof.by === "session") return typeof proof.secondFactorAt === "number";
    if (proof.by === "embed" || proof.isBySingleSignOn === true) return true;
    return Boolean(row.has_second_factor || row.has_passkey);
  }

  function callerFrom(row: Row, proof: Proof): Caller | null {
    const { id, name, email } = row;
    // What an organization's provider says gives no power over the host.
    const role = proof.isBySingleSignOn === true ? null : row.role;
    if (isServiceId(id)) {
      if (row.service_id === null || row.disabled_at !== null || proof.by !== "key") return null;
      return {
        ...{ kind: "service", personId: id, name, email, ...proof },
        ...{ isOperator: false, operatorPermissions: nothing },
        ...(row.service_organization === null ? {} : { organizationId: row.service_organization }),
        ...(row.service_publisher === null ? {} : { publisherName: row.service_publisher }),
      };
    }
    const asks = asking(row);
    return {
      ...{ kind: "person", personId: id, name, email, ...proof },
      isOperator: role !== null,
      operatorPermissions: role === null ? nothing : permissionsOfOperatorRole[role],
      hasSecondFactor: row.has_second_factor === true,
      hasPasskey: row.has_passkey === true,
      asksSecondFactorFor: asks,
      lacksSecondFactorFor: hasShownFactor(row, proof) ? new Set() : asks,
    };
  }

  async function findByKey(key: string): Promise<Caller | null> {
    if (!key.startsWith(apiKeyPrefix) || key.length > maxKeyChars) return null;
    const row = await selectPeople()
      .innerJoin("api_key", "api_key.referenceId", "person.id")
      .select(["api_key.id as key_id", "api_key.enabled", "api_key.expiresAt"])
      .select(["api_key.scope", "api_key.organization_id", "api_key.publisher_name"])
      .leftJoin("sso_key", "sso_key.key_id", "api_key.id")
      .select(["api_key.last_used_at", "sso_key.organization_id as sso_organization"])
      .where("api_key.key", "=", await hashApiKey(key))
      .executeTakeFirst();
    if (row === undefined || row.enabled === false) return null;
    if (row.expiresAt !== null && row.expiresAt.getTime() <= clock.now()) return null;
    const caller = callerFrom(row, {
      ...{ by: "key", keyId: row.key_id },
      ...(row.organization_id === null ? {} : { organizationId: row.organization_id }),
      ...(row.publisher_name === null ? {} : { publisherName: row.publisher_name }),
      ...(row.scope === null ? {} : { limitedTo: new Set(row.scope) }),
      ...boundTo(row.sso_organization),
    });
    if (caller === null) return null;
    await onKeyUse(caller);
    await apiKeys.noteUse(row.key_id, row.last_used_at);
    return caller;
  }

  async function findById(personId: string, proof: Proof): Promise<Caller | null> {
    const row = await selectPeople().where("person.id", "=", personId).executeTakeFirst();
    return row === undefined ? null : callerFrom(row, proof);
  }

  return async ({ headers }) => {
    const key = findApiKey(headers);
    if (key?.startsWith(embedTokenPrefix)) {
      const found = key.length > maxKeyChars ? undefined : await embedSessions.find(key);
      if (found === undefined) return null;
      const { personId, ...proof } = found;
      return findById(personId, { by: "embed", ...proof, limitedTo: embeddedPermissions });
    }
    if (key !== undefined) return findByKey(key);
    if (!headers.has("cookie")) return null;
    const session = await sessions.find(headers, isStream(headers));
    if (session === undefined) return null;
    const { personId, ...proof } = session;
    const bound = await findSessionBound(kysely, proof.sessionId, clock);
    if (bound === undefined) return findById(personId, { by: "session", ...proof });
    if (bound.isOver) return null;
    return findById(personId, { by: "sso", ...proof, ...boundTo(bound.organizationId) });
  };
}

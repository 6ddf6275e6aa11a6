/**
 * The tokens of organizations' directories.
 *
 * Invariant: a token is shown once and stored hashed; it is good for SCIM in its organization and for
 * nothing else.
 */
import { createHash } from "node:crypto";
import { BerthError, createId } from "@berth/protocol";
import type { ProvisioningTokenView } from "@berth/protocol/api";
import type { Kysely, Transaction } from "kysely";
import type { Provisioner } from "../../http/api.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";

export const scimTokenPrefix = "bsc_";

export interface ScimTokens {
  list(organizationId: string): Promise<readonly ProvisioningTokenView[]>;
  /** @throws REQUEST_INVALID past the bound */
  create(
    trx: Transaction<Schema>,
    token: {
      readonly organizationId: string;
      readonly name: string;
      readonly expiresInDays?: number | undefined;
    },
  ): Promise<ProvisioningTokenView & { readonly secret: string }>;
  /** @throws REQUEST_INVALID when there is none of that id */
  delete(trx: Transaction<Schema>, organizationId: string, id: string): Promise<void>;
}

const tokenBytes = 32;
const idBytes = 16;
const maxTokens = 10;
const maxTokenChars = 100;
const dayMs = 86_400_000;
/** How exactly the last use is known. */
const useStepMs = 60_000;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** Whose directory sent the request; undefined when its token is none of that organization's. */
export async function findProvisioner(
  request: Request,
  slug: string,
  { kysely, ground }: { readonly kysely: Kysely<Schema>; readonly ground: Pick<Ground, "clock"> },
): Promise<Provisioner | undefined> {
  const authorization = request.headers.get("authorization") ?? "";
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  if (!token.startsWith(scimTokenPrefix) || token.length > maxTokenChars) return undefined;
  const row = await kysely
    .selectFrom("scim_token")
    .innerJoin("organization", "organization.id", "scim_token.organization_id")
    .select(["scim_token.id", "scim_token.expires_at", "scim_token.last_used_at"])
    .select(["organization.id as organizationId", "organization.slug"])
    .where("scim_token.token_hash", "=", hashOf(token))
    .where("organization.slug", "=", slug)
    .executeTakeFirst();
  const now = ground.clock.now();
  if (row === undefined) return undefined;
  if (row.expires_at !== null && row.expires_at.getTime() <= now) return undefined;
  if (row.last_used_at === null || now - row.last_used_at.getTime() > useStepMs) {
    await kysely
      .updateTable("scim_token")
      .set({ last_used_at: new Date(now) })
      .where("id", "=", row.id)
      .execute();
  }
  return { organizationId: row.organizationId, slug: row.slug, tokenId: row.id };
}

export function createScimTokens(options: {
  readonly kysely: Kysely<Schema>;
  readonly ground: Pick<Ground, "clock" | "random">;
}): ScimTokens {
  const { kysely, ground } = options;
  const columns = ["id", "name", "created_at", "expires_at", "last_used_at"] as const;
  return {
    async list(organizationId) {
      const rows = await kysely
        .selectFrom("scim_token")
        .select(columns)
        .where("organization_id", "=", organizationId)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(viewOf);
    },
    async create(trx, { organizationId, name, expiresInDays }) {
      const { count } = await trx
        .selectFrom("scim_token")
        .select((by) => by.fn.countAll().as("count"))
        .where("organization_id", "=", organizationId)
        .executeTakeFirstOrThrow();
      if (Number(count) >= maxTokens) {
        throw new BerthError(
          "REQUEST_INVALID",
          `The organization has ${maxTokens} tokens already; revoke one first.`,
        );
      }
      const secret = `${scimTokenPrefix}${Buffer.from(ground.random(tokenBytes)).toString("base64url")}`;
      const now = ground.clock.now();
      const row = await trx
        .insertInto("scim_token")
        .values({
          id: createId("sct", ground.random(idBytes)),
          organization_id: organizationId,
          token_hash: hashOf(secret),
          name,
          created_at: new Date(now),
          expires_at: expiresInDays === undefined ? null : new Date(now + expiresInDays * dayMs),
        })
        .returning(columns)
        .executeTakeFirstOrThrow();
      return { ...viewOf(row), secret };
    },
    async delete(trx, organizationId, id) {
      const gone = await trx
        .deleteFrom("scim_token")
        .where("organization_id", "=", organizationId)
        .where("id", "=", id)
        .returning("id")
        .executeTakeFirst();
      if (gone !== undefined) return;
      throw new BerthError(
        "REQUEST_INVALID",
        `The organization has no provisioning token ${JSON.stringify(id.slice(0, 64))}.`,
      );
    },
  };
}

function viewOf(row: {
  id: string;
  name: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}): ProvisioningTokenView {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}

/**
 * E-mail domains of organizations, proven by a TXT record.
 *
 * A proven domain leads its addresses to the organization's provider, and lets that provider speak for
 * them (link-person.ts). Invariant: a domain is proven for one organization at a time; a later proof
 * wins only where the earlier one's record is gone.
 */
import { BerthError } from "@berth/protocol";
import type { EmailDomainView } from "@berth/protocol/api";
import type { Kysely, Transaction } from "kysely";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";

/** The texts of a name's TXT records, each put together from its pieces; empty when there are none. */
export type ResolveTxt = (name: string) => Promise<readonly string[]>;

type Db = Kysely<Schema> | Transaction<Schema>;

export interface Domains {
  list(organizationId: string): Promise<readonly EmailDomainView[]>;
  /** Idempotent. @throws REQUEST_INVALID past the bound */
  add(trx: Transaction<Schema>, organizationId: string, domain: string): Promise<EmailDomainView>;
  /** True when the record is there now. Outside of a transaction: it waits for the network. */
  isProvable(organizationId: string, domain: string): Promise<boolean>;
  /** @throws DOMAIN_NOT_PROVEN when another organization's proof still stands */
  markProven(
    trx: Transaction<Schema>,
    organizationId: string,
    domain: string,
    lapsedHolder: string | undefined,
  ): Promise<EmailDomainView>;
  /** The other organization that has the domain proven, and whether its record is gone. */
  findHolder(
    domain: string,
  ): Promise<{ readonly organizationId: string; readonly isLapsed: boolean } | undefined>;
  delete(trx: Transaction<Schema>, organizationId: string, domain: string): Promise<void>;
  /** The slug of the organization that proved the domain of an address. */
  findSlugFor(email: string): Promise<string | undefined>;
}

const maxDomains = 50;
const tokenBytes = 20;
const recordOf = (domain: string) => `_berth-challenge.${domain}`;
const recordValueOf = (token: string) => `berth-domain=${token}`;

/** In lower case, of what follows the last at-sign; undefined when there is none. */
export function domainOf(email: string): string | undefined {
  const at = email.lastIndexOf("@");
  return at > 0 && at < email.length - 1 ? email.slice(at + 1).toLowerCase() : undefined;
}

/** True when the organization has proven the domain of the address. */
export async function isProvenFor(db: Db, organizationId: string, email: string): Promise<boolean> {
  const domain = domainOf(email);
  if (domain === undefined) return false;
  const row = await db
    .selectFrom("sso_domain")
    .select("domain")
    .where("organization_id", "=", organizationId)
    .where("domain", "=", domain)
    .where("proven_at", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}

export function createDomains(options: {
  readonly kysely: Kysely<Schema>;
  readonly ground: Pick<Ground, "clock" | "random">;
  readonly resolveTxt: ResolveTxt;
}): Domains {
  const { kysely, ground, resolveTxt } = options;

  async function get(db: Db, organizationId: string, domain: string) {
    const row = await db
      .selectFrom("sso_domain")
      .selectAll()
      .where("organization_id", "=", organizationId)
      .where("domain", "=", domain)
      .executeTakeFirst();
    if (row !== undefined) return row;
    throw new BerthError(
      "REQUEST_INVALID",
      `The organization has not claimed the domain ${domain}; add it first.`,
    );
  }
  const isThere = async (domain: string, token: string): Promise<boolean> => {
    try {
      return (await resolveTxt(recordOf(domain))).some(
        (text) => text.trim() === recordValueOf(token),
      );
    } catch (cause) {
      throw new BerthError(
        "DOMAIN_NOT_PROVEN",
        `The TXT records of ${recordOf(domain)} could not be asked for; try again.`,
        { cause },
      );
    }
  };

  return {
    async list(organizationId) {
      const rows = await kysely
        .selectFrom("sso_domain")
        .selectAll()
        .where("organization_id", "=", organizationId)
        .orderBy("domain")
        .execute();
      return rows.map(viewOf);
    },
    async add(trx, organizationId, domain) {
      const { count } = await trx
        .selectFrom("sso_domain")
        .select((by) => by.fn.countAll().as("count"))
        .where("organization_id", "=", organizationId)
        .executeTakeFirstOrThrow();
      if (Number(count) >= maxDomains) {
        throw new BerthError(
          "REQUEST_INVALID",
          `The organization has ${maxDomains} domains already; give one up first.`,
        );
      }
      const token = Buffer.from(ground.random(tokenBytes)).toString("hex");
      await trx
        .insertInto("sso_domain")
        .values({ organization_id: organizationId, domain, token })
        .onConflict((on) => on.columns(["organization_id", "domain"]).doNothing())
        .execute();
      return viewOf(await get(trx, organizationId, domain));
    },
    async isProvable(organizationId, domain) {
      const { token } = await get(kysely, organizationId, domain);
      return isThere(domain, token);
    },
    async findHolder(domain) {
      const row = await kysely
        .selectFrom("sso_domain")
        .select(["organization_id", "token"])
        .where("domain", "=", domain)
        .where("proven_at", "is not", null)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const isLapsed = !(await isThere(domain, row.token));
      return { organizationId: row.organization_id, isLapsed };
    },
    async markProven(trx, organizationId, domain, lapsedHolder) {
      if (lapsedHolder !== undefined) {
        await trx
          .updateTable("sso_domain")
          .set({ proven_at: null })
          .where("organization_id", "=", lapsedHolder)
          .where("domain", "=", domain)
          .execute();
      }
      await trx
        .updateTable("sso_domain")
        .set({ proven_at: new Date(ground.clock.now()) })
        .where("organization_id", "=", organizationId)
        .where("domain", "=", domain)
        .execute();
      return viewOf(await get(trx, organizationId, domain));
    },
    async delete(trx, organizationId, domain) {
      await get(trx, organizationId, domain);
      await trx
        .deleteFrom("sso_domain")
        .where("organization_id", "=", organizationId)
        .where("domain", "=", domain)
        .execute();
    },
    async findSlugFor(email) {
      const domain = domainOf(email);
      if (domain === undefined) return undefined;
      const row = await kysely
        .selectFrom("sso_domain")
        .innerJoin("organization", "organization.id", "sso_domain.organization_id")
        .select("organization.slug")
        .where("sso_domain.domain", "=", domain)
        .where("sso_domain.proven_at", "is not", null)
        .executeTakeFirst();
      return row?.slug;
    },
  };
}

function viewOf(row: { domain: string; token: string; proven_at: Date | null }): EmailDomainView {
  return {
    domain: row.domain,
    recordName: recordOf(row.domain),
    recordValue: recordValueOf(row.token),
    provenAt: row.proven_at?.toISOString() ?? null,
  };
}

/** The organizations of this Berth, as its operators see and make them. */
import { BerthError, createId, idPrefixes } from "@berth/protocol";
import type { OrganizationView, SentInvitationView } from "@berth/protocol/api";
import { isUniqueViolation } from "../../storage/constraint.ts";
import { parseEmail } from "../insert-person.ts";
import { actorOf } from "../membership/authority.ts";
import type { Invitations } from "../membership/invitations.ts";
import type { OperatorActing, OperatorOptions } from "./operators.ts";

export interface NewOrganization {
  readonly slug: string;
  readonly name: string;
  /** An e-mail address. */
  readonly owner: string;
}

export interface MadeOrganization {
  readonly organization: OrganizationView;
  /** Undefined when the owner has an account, and has proven that the address is theirs. */
  readonly invitation: SentInvitationView | undefined;
}

export interface Organizations {
  list(): Promise<readonly OrganizationView[]>;
  /** @throws REQUEST_INVALID when the slug is taken, or the address is none */
  create(acting: OperatorActing, organization: NewOrganization): Promise<MadeOrganization>;
}

const idBytes = 16;

export function createOrganizations(
  options: OperatorOptions & { readonly invitations: Invitations },
): Organizations {
  const { ground, trail, invitations } = options;
  const { kysely } = options.database;
  return {
    async list() {
      const rows = await kysely
        .selectFrom("organization")
        .leftJoin("member", "member.organizationId", "organization.id")
        .select(["organization.id", "organization.slug", "organization.name"])
        .select((by) => [
          "organization.createdAt",
          by.fn.count<string | number>("member.id").as("members"),
        ])
        .groupBy("organization.id")
        .orderBy("organization.slug")
        .execute();
      return rows.map(({ createdAt, members, ...row }) => ({
        ...{ ...row, createdAt: createdAt.toISOString(), members: Number(members) },
      }));
    },

    async create({ caller, requestId }, { slug, name, owner }) {
      const email = parseEmail(owner);
      const createdAt = new Date(ground.clock.now());
      const row = { id: createId(idPrefixes.organization, ground.random(idBytes)), slug, name };
      const made = await kysely
        .transaction()
        .execute(async (trx) => {
          await trx
            .insertInto("organization")
            .values({ ...row, createdAt })
            .execute();
          const person = await trx
            .selectFrom("person")
            .select("id")
            .where("email", "=", email)
            // Else whoever was shown an invitation of the address could own what is another's. An
            // invitation reaches the one who is meant.
            .where("emailVerified", "=", true)
            .executeTakeFirst();
          if (person !== undefined) {
            await trx
              .insertInto("member")
              .values({
                id: createId("mem", ground.random(idBytes)),
                ...{ organizationId: row.id, userId: person.id, role: "owner" },
                ...{ roleFrom: "here", createdAt },
              })
              .execute();
          }
          await trail.record(trx, {
            ...{ action: "organization.create", organizationId: row.id, requestId },
            ...{ actor: actorOf(caller), target: { kind: "organization", id: row.id } },
            details: { slug },
          });
          if (person !== undefined) return undefined;
          const invitation = { organizationId: row.id, email, operatorId: caller.personId };
          return invitations.createForOwner(trx, invitation);
        })
        .catch((cause: unknown) => {
          if (!isUniqueViolation(cause)) throw cause;
          throw new BerthError(
            "REQUEST_INVALID",
            `The organization ${slug} exists; choose another slug.`,
            { cause },
          );
        });
      const members = made === undefined ? 1 : 0;
      const organization = { ...row, createdAt: createdAt.toISOString(), members };
      return { organization, invitation: await made?.send() };
    },
  };
}

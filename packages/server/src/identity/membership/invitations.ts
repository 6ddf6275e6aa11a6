/**
 * Invitations of an address into an organization, until somebody accepts.
 *
 * Trust: whoever holds a token was given the link. That proves no address, unless a mailer took it
 * there: a person who is made by a link that was shown is not known to own theirs. Only the hash of a
 * token is stored. An invitation holds as long as whoever made it might make it still, so that a
 * link that was kept back is worth nothing once its maker is gone.
 * Invariant: nobody learns from the public routes whether an address has an account here.
 */
import { createHash } from "node:crypto";
import { BerthError, createId } from "@berth/protocol";
import type { InvitationView, SentInvitationView } from "@berth/protocol/api";
import { permissionsOfOperatorRole } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Schema } from "../../storage/schema.ts";
import { parseEmail } from "../insert-person.ts";
import type { Mailer } from "../mailer.ts";
import {
  type Acting,
  actorOf,
  demandWithin,
  findAuthority,
  lockOrganization,
  takeAuthority,
} from "./authority.ts";
import { findRole, type ResolvedRole, resolveRole } from "./role-permissions.ts";
import { type MembershipOptions, roleNotFound } from "./roles.ts";

export interface NewInvitation {
  readonly email: string;
  readonly role: string;
  readonly expiresInDays: number;
}

/** An invitation that holds, under the lock of its organization. */
export interface TakenInvitation {
  readonly id: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly organizationName: string;
  readonly email: string;
  readonly role: ResolvedRole;
  readonly invitedBy: string;
  readonly isMailed: boolean;
  /** It was answered by the public route already. */
  readonly isJoined: boolean;
  readonly expiresAt: Date;
}

export interface Invitations {
  list(organizationId: string): Promise<readonly InvitationView[]>;
  /** @throws AUTH_FORBIDDEN, ROLE_NOT_FOUND, REQUEST_INVALID, UNAVAILABLE when the mailer fails */
  create(acting: Acting, invitation: NewInvitation): Promise<SentInvitationView>;
  /** @throws as `create`, and INVITATION_INVALID */
  resend(acting: Acting, invitationId: string): Promise<SentInvitationView>;
  /** @throws INVITATION_INVALID, AUTH_FORBIDDEN */
  revoke(acting: Acting, invitationId: string): Promise<void>;
  /** For a new organization's owner, in the operator's transaction; `send` it when that is done. */
  createForOwner(
    trx: Transaction<Schema>,
    invitation: { organizationId: string; email: string; operatorId: string },
  ): Promise<{ readonly id: string; send(): Promise<SentInvitationView> }>;
  /** @throws INVITATION_INVALID for one that is unknown, expired, or not its maker's to make now */
  take(trx: Transaction<Schema>, token: string): Promise<TakenInvitation>;
}

export interface InvitationsOptions extends MembershipOptions {
  readonly mailer?: Mailer | undefined;
  /** Where browsers reach the console. */
  readonly ownOrigin: () => string;
}

const idBytes = 16;
const tokenBytes = 32;
const dayMs = 86_400_000;
const ownerDays = 7;
const maxOpen = 500;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

export function invitationInvalid(): BerthError {
  return new BerthError(
    "INVITATION_INVALID",
    "The invitation is used, expired, taken back, unknown, or for another address than yours; ask for a new one.",
  );
}

export function createInvitations(options: InvitationsOptions): Invitations {
  const { ground, trail, mailer } = options;
  const { kysely } = options.database;
  const { clock, random } = ground;

  const select = (db: typeof kysely) =>
    db
      .selectFrom("member_invitation as invitation")
      .innerJoin("organization", "organization.id", "invitation.organization_id")
      .innerJoin("person", "person.id", "invitation.invited_by")
      .leftJoin("organization_role as own", (join) =>
        join
          .onRef("own.id", "=", "invitation.role")
          .onRef("own.organization_id", "=", "invitation.organization_id"),
      )
      .select(["invitation.id", "invitation.email", "invitation.role", "invitation.created_at"])
      .select(["invitation.expires_at", "person.name as invitedBy", "own.name as roleName"])
      .select(["organization.name as organizationName"]);
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;
  const view = (row: Row): InvitationView => ({
    ...{ id: row.id, email: row.email, role: row.role, invitedBy: row.invitedBy },
    roleName: resolveRole(row.role, { name: row.roleName, permissions: [] }).name,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  });

  /** After the commit: a mail about what was not done would be worse than none. */
  async function deliver(invitationId: string, token: string): Promise<SentInvitationView> {
    const row = await select(kysely).where("invitation.id", "=", invitationId).executeTakeFirst();
    if (row === undefined) throw invitationInvalid();
    const shown = view(row);
    const link = `${options.ownOrigin()}/invitation#token=${token}`;
    if (mailer === undefined) return { ...shown, link };
    try {
      await mailer.sendInvitation({
        ...{ to: row.email, organization: row.organizationName, link },
        ...{ roleName: shown.roleName, invitedBy: row.invitedBy, expiresAt: row.expires_at },
      });
    } catch (cause) {
      throw new BerthError(
        "UNAVAILABLE",
        `The invitation of ${row.email} stands, but its mail was not sent; send it again.`,
        { cause },
      );
    }
    return { ...shown, link: null };
  }

  async function insert(
    trx: Transaction<Schema>,
    row: {
      readonly id: string;
      readonly organizationId: string;
      readonly email: string;
      readonly role: string;
      readonly invitedBy: string;
      readonly isByOperator: boolean;
      readonly days: number;
    },
  ): Promise<string> {
    const token = Buffer.from(random(tokenBytes)).toString("base64url");
    const now = clock.now();
    await trx
      .insertInto("member_invitation")
      .values({
        ...{ id: row.id, organization_id: row.organizationId, email: row.email, role: row.role },
        ...{ invited_by: row.invitedBy, is_by_operator: row.isByOperator },
        ...{ token_hash: hashOf(token), is_mailed: mailer !== undefined, joined_at: null },
        ...{ created_at: new Date(now), expires_at: new Date(now + row.days * dayMs) },
      })
      .execute();
    return token;
  }

  const record = (
    trx: Transaction<Schema>,
    { caller, organizationId, requestId }: Acting,
    act: { action: string; id: string; role: string },
  ) =>
    trail.record(trx, {
      ...{ action: act.action, organizationId, actor: actorOf(caller), requestId },
      ...{ target: { kind: "invitation", id: act.id }, details: { role: act.role } },
    });

  async function takeOwn(trx: Transaction<Schema>, acting: Acting, id: string) {
    const authority = await takeAuthority(trx, acting, "members.manage");
    const row = await trx
      .selectFrom("member_invitation")
      .select(["id", "email", "role", "created_at", "expires_at"])
      .where("organization_id", "=", acting.organizationId)
      .where("id", "=", id)
      .executeTakeFirst();
    if (row === undefined) throw invitationInvalid();
    const { permissions, name } = await roleOf(trx, acting.organizationId, row.role);
    demandWithin(authority, permissions, `change an invitation to the role ${name}`);
    return { authority, row };
  }

  async function roleOf(trx: Transaction<Schema>, organizationId: string, role: string) {
    const found = await findRole(trx, organizationId, role);
    if (found === undefined) throw roleNotFound(role);
    return found;
  }

  async function mayStillInvite(
    trx: Transaction<Schema>,
    row: { organization_id: string; invited_by: string; is_by_operator: boolean },
    role: ResolvedRole,
  ): Promise<boolean> {
    if (row.is_by_operator) {
      const operator = await trx
        .selectFrom("operator")
        .select("role")
        .where("person_id", "=", row.invited_by)
        .executeTakeFirst();
      const held = operator && permissionsOfOperatorRole[operator.role];
      return held?.has("organizations.manage") === true;
    }
    const inviter = await findAuthority(trx, row.organization_id, row.invited_by);
    if (!inviter?.permissions.has("members.manage")) return false;
    return [...role.permissions].every((permission) => inviter.permissions.has(permission));
  }

  return {
    async list(organizationId) {
      const rows = await select(kysely)
        .where("invitation.organization_id", "=", organizationId)
        .orderBy("invitation.created_at", "desc")
        .orderBy("invitation.id")
        .execute();
      return rows.map(view);
    },

    async create(acting, invitation) {
      const email = parseEmail(invitation.email);
      const { organizationId, caller } = acting;
      const id = createId("inv", random(idBytes));
      const token = await kysely.transaction().execute(async (trx) => {
        const authority = await takeAuthority(trx, acting, "members.manage");
        const role = await roleOf(trx, organizationId, invitation.role);
        demandWithin(authority, role.permissions, `invite to the role ${role.name}`);
        await demandRoom(trx, organizationId, email);
        const earlier = await trx
          .selectFrom("member_invitation")
          .select("id")
          .where("organization_id", "=", organizationId)
          .where("email", "=", email)
          .executeTakeFirst();
        if (earlier !== undefined) {
          await takeOwn(trx, acting, earlier.id);
          await trx.deleteFrom("member_invitation").where("id", "=", earlier.id).execute();
        }
        await record(trx, acting, { action: "invitation.create", id, role: role.id });
        return insert(trx, {
          ...{ id, organizationId, email, role: role.id, invitedBy: caller.personId },
          ...{ isByOperator: false, days: invitation.expiresInDays },
        });
      });
      return deliver(id, token);
    },

    async resend(acting, invitationId) {
      const { organizationId, caller } = acting;
      const token = await kysely.transaction().execute(async (trx) => {
        const { row } = await takeOwn(trx, acting, invitationId);
        await trx.deleteFrom("member_invitation").where("id", "=", row.id).execute();
        await record(trx, acting, { action: "invitation.resend", id: row.id, role: row.role });
        const days = Math.round((row.expires_at.getTime() - row.created_at.getTime()) / dayMs);
        return insert(trx, {
          ...{ id: row.id, organizationId, email: row.email, role: row.role, days },
          ...{ invitedBy: caller.personId, isByOperator: false },
        });
      });
      return deliver(invitationId, token);
    },

    async revoke(acting, invitationId) {
      await kysely.transaction().execute(async (trx) => {
        const { row } = await takeOwn(trx, acting, invitationId);
        await trx.deleteFrom("member_invitation").where("id", "=", row.id).execute();
        await record(trx, acting, { action: "invitation.revoke", id: row.id, role: row.role });
      });
    },

    async createForOwner(trx, { organizationId, email, operatorId }) {
      const id = createId("inv", random(idBytes));
      const token = await insert(trx, {
        ...{ id, organizationId, email, role: "owner", invitedBy: operatorId },
        ...{ isByOperator: true, days: ownerDays },
      });
      return { id, send: () => deliver(id, token) };
    },

    async take(trx, token) {
      const byToken = () =>
        trx.selectFrom("member_invitation").where("token_hash", "=", hashOf(token));
      const where = await byToken().select("organization_id").executeTakeFirst();
      if (where === undefined) throw invitationInvalid();
      const organizationId = where.organization_id;
      await lockOrganization(trx, organizationId);
      // Again, under the lock: two who come at once are one after the other.
      const row = await byToken().selectAll().executeTakeFirst();
      const role = row && (await findRole(trx, organizationId, row.role));
      if (row === undefined || role === undefined) throw invitationInvalid();
      if (row.expires_at.getTime() <= clock.now()) throw invitationInvalid();
      if (!(await mayStillInvite(trx, row, role))) throw invitationInvalid();
      const shown = await select(trx)
        .select("organization.slug")
        .where("invitation.id", "=", row.id)
        .executeTakeFirstOrThrow();
      return {
        ...{ id: row.id, organizationId, slug: shown.slug },
        ...{ organizationName: shown.organizationName, email: row.email, role },
        ...{ invitedBy: shown.invitedBy, isMailed: row.is_mailed },
        ...{ isJoined: row.joined_at !== null, expiresAt: row.expires_at },
      };
    },
  };
}

/** @throws REQUEST_INVALID when the address is a member's, or too many are invited */
async function demandRoom(
  trx: Transaction<Schema>,
  organizationId: string,
  email: string,
): Promise<void> {
  const member = await trx
    .selectFrom("member")
    .innerJoin("person", "person.id", "member.userId")
    .select("member.id")
    .where("member.organizationId", "=", organizationId)
    .where("person.email", "=", email)
    .executeTakeFirst();
  if (member !== undefined) {
    throw new BerthError("REQUEST_INVALID", `${email} is a member already; change their role.`);
  }
  const { count } = await trx
    .selectFrom("member_invitation")
    .select((by) => by.fn.countAll<string | number>().as("count"))
    .where("organization_id", "=", organizationId)
    .executeTakeFirstOrThrow();
  if (Number(count) < maxOpen) return;
  throw new BerthError(
    "REQUEST_INVALID",
    `${maxOpen} invitations are open; take some back before you make another.`,
  );
}

/** Who belongs to an organization: listed, given another role, removed. */
import { BerthError } from "@berth/protocol";
import type { MemberView } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Schema } from "../../storage/schema.ts";
import { endOpened } from "../end-access.ts";
import {
  type Acting,
  actorOf,
  demandAnOwner,
  demandWithin,
  lockOrganization,
  takeAuthority,
} from "./authority.ts";
import { findRole, type ResolvedRole, resolveRole } from "./role-permissions.ts";
import { type MembershipOptions, roleNotFound } from "./roles.ts";

export interface Members {
  list(organizationId: string): Promise<readonly MemberView[]>;
  /** @throws MEMBER_NOT_FOUND, ROLE_NOT_FOUND, AUTH_FORBIDDEN, LAST_OWNER */
  changeRole(acting: Acting, memberId: string, role: string): Promise<MemberView>;
  /** @throws MEMBER_NOT_FOUND, AUTH_FORBIDDEN, LAST_OWNER */
  remove(acting: Acting, memberId: string): Promise<void>;
  /** @throws LAST_OWNER */
  leave(acting: Acting): Promise<void>;
}

export interface MembersOptions extends MembershipOptions {
  /** Once a session that was opened for the membership alone is over. */
  readonly tellSessionEnd: (sessionId: string) => void;
}

interface Target {
  readonly id: string;
  readonly personId: string;
  readonly role: ResolvedRole;
}

export function createMembers(options: MembersOptions): Members {
  const { trail, accessChanges } = options;
  const { kysely } = options.database;

  const select = (organizationId: string) =>
    kysely
      .selectFrom("member")
      .innerJoin("person", "person.id", "member.userId")
      .leftJoin("organization_role", (join) =>
        join
          .onRef("organization_role.id", "=", "member.role")
          .onRef("organization_role.organization_id", "=", "member.organizationId"),
      )
      .select(["member.id", "member.role", "member.roleFrom", "member.createdAt"])
      .select(["person.id as personId", "person.name", "person.email"])
      .select(["organization_role.name as roleName", "organization_role.permissions"])
      .where("member.organizationId", "=", organizationId);
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;
  const view = (row: Row): MemberView => ({
    id: row.id,
    person: { id: row.personId, name: row.name, email: row.email },
    role: row.role,
    roleName: resolveRole(row.role, { name: row.roleName, permissions: [] }).name,
    roleFrom: row.roleFrom,
    since: row.createdAt.toISOString(),
  });

  /** Somebody else, who may do nothing that the one who acts may not. */
  async function takeTarget(
    trx: Transaction<Schema>,
    acting: Acting,
    memberId: string,
  ): Promise<{ readonly authority: ResolvedRole; readonly target: Target }> {
    const { organizationId, caller } = acting;
    const authority = await takeAuthority(trx, acting, "members.manage");
    const member = await trx
      .selectFrom("member")
      .select(["id", "userId", "role"])
      .where("organizationId", "=", organizationId)
      .where("id", "=", memberId)
      .executeTakeFirst();
    if (member === undefined) {
      throw new BerthError(
        "MEMBER_NOT_FOUND",
        `There is no member ${JSON.stringify(memberId.slice(0, 64))} here; list the members to see their ids.`,
      );
    }
    if (member.userId === caller.personId) {
      throw new BerthError(
        "AUTH_FORBIDDEN",
        "It is your own membership: nobody changes their own role, and to go, leave the organization.",
      );
    }
    const role =
      (await findRole(trx, organizationId, member.role)) ?? resolveRole(member.role, undefined);
    demandWithin(authority, role.permissions, `change somebody with the role ${role.name}`);
    return { authority, target: { id: member.id, personId: member.userId, role } };
  }

  /** Takes the membership, and with it what was opened for it. */
  async function end(
    trx: Transaction<Schema>,
    organizationId: string,
    personId: string,
  ): Promise<readonly string[]> {
    const gone = await trx
      .deleteFrom("member")
      .where("organizationId", "=", organizationId)
      .where("userId", "=", personId)
      .returning("role")
      .executeTakeFirst();
    if (gone?.role === "owner") await demandAnOwner(trx, organizationId);
    return endOpened(trx, { organizationId, personId });
  }

  const record = (
    trx: Transaction<Schema>,
    { caller, organizationId, requestId }: Acting,
    act: { action: string; personId: string; details: Record<string, string> },
  ) =>
    trail.record(trx, {
      ...{ action: act.action, organizationId, actor: actorOf(caller), requestId },
      ...{ target: { kind: "person", id: act.personId }, details: act.details },
    });

  function tellEnd(
    organizationId: string,
    personId: string,
    sessions: readonly string[],
  ): Promise<void> {
    for (const session of sessions) options.tellSessionEnd(session);
    return accessChanges.tell({ organizationId, personIds: [personId] });
  }

  return {
    async list(organizationId) {
      const rows = await select(organizationId)
        .orderBy("person.name")
        .orderBy("member.id")
        .execute();
      return rows.map(view);
    },

    async changeRole(acting, memberId, wanted) {
      const { organizationId } = acting;
      const personId = await kysely.transaction().execute(async (trx) => {
        const { authority, target } = await takeTarget(trx, acting, memberId);
        const role = await findRole(trx, organizationId, wanted);
        if (role === undefined) throw roleNotFound(wanted);
        demandWithin(authority, role.permissions, `give the role ${role.name}`);
        await trx
          .updateTable("member")
          .set({ role: role.id, roleFrom: "here" })
          .where("id", "=", target.id)
          .execute();
        if (target.role.id === "owner") await demandAnOwner(trx, organizationId);
        const details = { from: target.role.id, to: role.id };
        const act = { action: "member.role", personId: target.personId, details };
        await record(trx, acting, act);
        return target.personId;
      });
      await accessChanges.tell({ organizationId, personIds: [personId] });
      return view(
        await select(organizationId).where("member.id", "=", memberId).executeTakeFirstOrThrow(),
      );
    },

    async remove(acting, memberId) {
      const { organizationId } = acting;
      const { personId, sessions } = await kysely.transaction().execute(async (trx) => {
        const { target } = await takeTarget(trx, acting, memberId);
        const ended = await end(trx, organizationId, target.personId);
        const details = { role: target.role.id };
        const act = { action: "member.remove", personId: target.personId, details };
        await record(trx, acting, act);
        return { personId: target.personId, sessions: ended };
      });
      await tellEnd(organizationId, personId, sessions);
    },

    async leave(acting) {
      const { organizationId, caller } = acting;
      const sessions = await kysely.transaction().execute(async (trx) => {
        await lockOrganization(trx, organizationId);
        const ended = await end(trx, organizationId, caller.personId);
        const act = { action: "member.leave", personId: caller.personId, details: {} };
        await record(trx, acting, act);
        return ended;
      });
      await tellEnd(organizationId, caller.personId, sessions);
    },
  };
}

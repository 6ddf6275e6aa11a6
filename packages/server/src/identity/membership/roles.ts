/** Roles of an organization's own: named sets of permissions. */
import { BerthError, createId } from "@berth/protocol";
import {
  type OrganizationPermission,
  organizationPermissions,
  organizationRoles,
  permissionsOfOrganizationRole,
  type RoleView,
  type SingleSignOnSettings,
} from "@berth/protocol/api";
import type { Transaction } from "kysely";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Trail } from "../../trail/trail.ts";
import type { AccessChanges } from "./access-changes.ts";
import { type Acting, actorOf, demandWithin, takeAuthority } from "./authority.ts";
import { findRole, isBuiltInRole, type ResolvedRole, resolveRole } from "./role-permissions.ts";

export interface NewRole {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly OrganizationPermission[];
}

export interface Roles {
  /** The built-in ones first. */
  list(organizationId: string): Promise<readonly RoleView[]>;
  /** @throws AUTH_FORBIDDEN for a permission that the caller does not hold; REQUEST_INVALID */
  create(acting: Acting, role: NewRole): Promise<RoleView>;
  /** @throws ROLE_NOT_FOUND; AUTH_FORBIDDEN also for the caller's own role; REQUEST_INVALID */
  change(acting: Acting, roleId: string, role: NewRole): Promise<RoleView>;
  /** @throws ROLE_NOT_FOUND, ROLE_IN_USE, AUTH_FORBIDDEN */
  delete(acting: Acting, roleId: string): Promise<void>;
}

export interface MembershipOptions {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  readonly trail: Pick<Trail, "record">;
  readonly accessChanges: AccessChanges;
}

const idBytes = 16;
const maxRoles = 100;

export function createRoles(options: MembershipOptions): Roles {
  const { ground, trail, accessChanges } = options;
  const { kysely } = options.database;
  const inOrder = (permissions: ReadonlySet<OrganizationPermission>) =>
    // Object.keys gives the literal keys of a frozen literal.
    (Object.keys(organizationPermissions) as OrganizationPermission[]).filter((name) =>
      permissions.has(name),
    );

  async function countHolders(organizationId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await kysely
      .selectFrom("member")
      .select((by) => ["role", by.fn.countAll<string | number>().as("count")])
      .where("organizationId", "=", organizationId)
      .groupBy("role")
      .execute();
    return new Map(rows.map(({ role, count }) => [role, Number(count)]));
  }

  /** Of this organization's own, and within what the one who acts may give. */
  async function takeOwn(
    trx: Transaction<Schema>,
    acting: Acting,
    roleId: string,
  ): Promise<{ readonly authority: ResolvedRole; readonly role: ResolvedRole }> {
    const authority = await takeAuthority(trx, acting, "roles.manage");
    const role = isBuiltInRole(roleId)
      ? undefined
      : await findRole(trx, acting.organizationId, roleId);
    if (role === undefined) throw roleNotFound(roleId);
    if (role.id === authority.id) {
      throw new BerthError(
        "AUTH_FORBIDDEN",
        `You hold the role ${role.name} yourself, so you may not change it; ask somebody with another role.`,
      );
    }
    demandWithin(authority, role.permissions, `change the role ${role.name}`);
    return { authority, role };
  }

  const record = (
    trx: Transaction<Schema>,
    acting: Acting,
    act: {
      readonly action: string;
      readonly roleId: string;
      readonly name: string;
      readonly permissions: readonly string[];
    },
  ) =>
    trail.record(trx, {
      action: act.action,
      organizationId: acting.organizationId,
      actor: actorOf(acting.caller),
      target: { kind: "role", id: act.roleId },
      details: { name: act.name, permissions: [...act.permissions] },
      requestId: acting.requestId,
    });

  const nameTaken = (name: string, cause?: unknown) =>
    new BerthError(
      "REQUEST_INVALID",
      `There is a role ${JSON.stringify(name)} already; choose another name.`,
      { cause },
    );

  return {
    async list(organizationId) {
      const [rows, holders] = await Promise.all([
        kysely
          .selectFrom("organization_role")
          .select(["id", "name", "description", "permissions"])
          .where("organization_id", "=", organizationId)
          .orderBy("name")
          .execute(),
        countHolders(organizationId),
      ]);
      const members = (id: string) => holders.get(id) ?? 0;
      return [
        ...organizationRoles.map((id) => ({
          ...{ id, name: id, description: "", isBuiltIn: true, members: members(id) },
          permissions: inOrder(permissionsOfOrganizationRole[id]),
        })),
        ...rows.map((row) => ({
          ...{ id: row.id, name: row.name, description: row.description },
          ...{ isBuiltIn: false, members: members(row.id) },
          permissions: inOrder(resolveRole(row.id, row).permissions),
        })),
      ];
    },

    async create(acting, { name, description, permissions }) {
      if (isBuiltInRole(name.toLowerCase())) throw nameTaken(name);
      const { organizationId } = acting;
      const id = createId("role", ground.random(idBytes));
      const wanted = inOrder(new Set(permissions));
      const now = new Date(ground.clock.now());
      try {
        await kysely.transaction().execute(async (trx) => {
          const authority = await takeAuthority(trx, acting, "roles.manage");
          demandWithin(authority, wanted, `make the role ${name}`);
          const { count } = await trx
            .selectFrom("organization_role")
            .select((by) => by.fn.countAll<string | number>().as("count"))
            .where("organization_id", "=", organizationId)
            .executeTakeFirstOrThrow();
          if (Number(count) >= maxRoles) {
            throw new BerthError(
              "REQUEST_INVALID",
              `An organization has at most ${maxRoles} roles of its own; delete one first.`,
            );
          }
          await trx
            .insertInto("organization_role")
            .values({
              ...{ id, organization_id: organizationId, name, description },
              ...{ permissions: JSON.stringify(wanted), created_at: now },
            })
            .execute();
          const act = { action: "role.create", roleId: id, name, permissions: wanted };
          await record(trx, acting, act);
        });
      } catch (cause) {
        throw isUniqueViolation(cause) ? nameTaken(name, cause) : cause;
      }
      return { id, name, description, isBuiltIn: false, permissions: wanted, members: 0 };
    },

    async change(acting, roleId, { name, description, permissions }) {
      if (isBuiltInRole(name.toLowerCase())) throw nameTaken(name);
      const { organizationId } = acting;
      const wanted = inOrder(new Set(permissions));
      try {
        const holders = await kysely.transaction().execute(async (trx) => {
          const { authority } = await takeOwn(trx, acting, roleId);
          demandWithin(authority, wanted, `change the role ${name}`);
          await trx
            .updateTable("organization_role")
            .set({ name, description, permissions: JSON.stringify(wanted) })
            .where("organization_id", "=", organizationId)
            .where("id", "=", roleId)
            .execute();
          await record(trx, acting, { action: "role.change", roleId, name, permissions: wanted });
          return trx
            .selectFrom("member")
            .select("userId")
            .where("organizationId", "=", organizationId)
            .where("role", "=", roleId)
            .execute();
        });
        await accessChanges.tell({
          organizationId,
          personIds: holders.map(({ userId }) => userId),
        });
        const members = holders.length;
        return { id: roleId, name, description, isBuiltIn: false, permissions: wanted, members };
      } catch (cause) {
        throw isUniqueViolation(cause) ? nameTaken(name, cause) : cause;
      }
    },

    async delete(acting, roleId) {
      const { organizationId } = acting;
      await kysely.transaction().execute(async (trx) => {
        const { role } = await takeOwn(trx, acting, roleId);
        const holder = await trx
          .selectFrom("member")
          .select("id")
          .where("organizationId", "=", organizationId)
          .where("role", "=", roleId)
          .limit(1)
          .executeTakeFirst();
        const invitation = await trx
          .selectFrom("member_invitation")
          .select("id")
          .where("organization_id", "=", organizationId)
          .where("role", "=", roleId)
          .limit(1)
          .executeTakeFirst();
        const isMapped = await isGivenBySignOn(trx, organizationId, roleId);
        if (holder !== undefined || invitation !== undefined || isMapped) {
          throw new BerthError(
            "ROLE_IN_USE",
            `The role ${role.name} is held, or an invitation or single sign-on gives it; give those another role first.`,
          );
        }
        await trx
          .deleteFrom("organization_role")
          .where("organization_id", "=", organizationId)
          .where("id", "=", roleId)
          .execute();
        const permissions = [...role.permissions];
        await record(trx, acting, { action: "role.delete", roleId, name: role.name, permissions });
      });
    },
  };
}

/** Whether the provider's claims, or the lack of them, give the role to who signs in. */
async function isGivenBySignOn(
  trx: Transaction<Schema>,
  organizationId: string,
  roleId: string,
): Promise<boolean> {
  const row = await trx
    .selectFrom("sso_connection")
    .select("settings")
    .where("organization_id", "=", organizationId)
    .executeTakeFirst();
  // Written by sso/connections.ts.
  const given = row?.settings as
    | Pick<SingleSignOnSettings, "defaultRole" | "roleMappings">
    | undefined;
  if (given === undefined) return false;
  return given.defaultRole === roleId || given.roleMappings.some(({ role }) => role === roleId);
}

export function roleNotFound(roleId: string): BerthError {
  return new BerthError(
    "ROLE_NOT_FOUND",
    `There is no role ${JSON.stringify(roleId.slice(0, 64))} of this organization's own; list the roles to see their ids.`,
  );
}

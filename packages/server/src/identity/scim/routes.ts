/**
 * Handlers of SCIM. Who calls was decided before: the directory of the organization in the path.
 *
 * Each change and its record are one transaction; sessions that it ended, and who may do something else
 * by it, are told of when it holds.
 */
import type { Kysely, Transaction } from "kysely";
import {
  type ApiContext,
  type Handlers,
  type Provisioner,
  provisionerOf,
  type RoutesOf,
} from "../../http/api.ts";
import { answerScim } from "../../http/scim-answer.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Act, Trail } from "../../trail/trail.ts";
import type { AccessChanges } from "../membership/access-changes.ts";
import { listOf, pageOf, parseFilter } from "./filter.ts";
import { type GroupChange, groupFilters, type ScimGroupRow, type ScimGroups } from "./groups.ts";
import { readGroupPatch } from "./patch-group.ts";
import { patchUser } from "./patch-user.ts";
import {
  configResource,
  groupResource,
  resourceTypes,
  schemas,
  userResource,
} from "./resources.ts";
import { bodyOf, type ScimUserRow, type ScimUsers, type UserChange, userFilters } from "./users.ts";

export interface ScimRouteDeps {
  readonly kysely: Kysely<Schema>;
  readonly users: ScimUsers;
  readonly groups: ScimGroups;
  readonly trail: Pick<Trail, "record">;
  /** Below which an organization's SCIM is, by its slug. */
  readonly baseOf: (slug: string) => string;
  readonly tellSessionEnd: (sessionId: string) => void;
  readonly accessChanges: AccessChanges;
}

type Trx = Transaction<Schema>;

export function scimHandlers(deps: ScimRouteDeps): Handlers<RoutesOf<"Scim">> {
  const { kysely, users, groups, trail } = deps;
  const baseOf = (context: ApiContext) => deps.baseOf(provisionerOf(context).slug);

  const record = (
    trx: Trx,
    context: ApiContext,
    act: Pick<Act, "action" | "target" | "details" | "personal">,
  ) => {
    const { organizationId, tokenId } = provisionerOf(context);
    return trail.record(trx, {
      ...act,
      organizationId,
      actor: { kind: "service", id: tokenId, by: "scim", credentialId: tokenId },
      requestId: context.requestId,
    });
  };

  const tell = (context: ApiContext, personIds: readonly string[]) =>
    deps.accessChanges.tell({ organizationId: provisionerOf(context).organizationId, personIds });

  /** One change of a user; its record names the person. */
  async function changeUser(
    context: ApiContext,
    verb: string,
    change: (trx: Trx, provisioner: Provisioner) => Promise<UserChange>,
  ): Promise<ScimUserRow> {
    const changed = await kysely.transaction().execute(async (trx) => {
      const done = await change(trx, provisionerOf(context));
      const { id, person_id: personId, user_name: userName, is_active: isActive } = done.row;
      await record(trx, context, {
        action: `scim-user.${verb}`,
        target: { kind: "person", id: personId },
        details: { scimId: id, isActive },
        personal: { personId, fields: { userName } },
      });
      return done;
    });
    for (const session of changed.endedSessions) deps.tellSessionEnd(session);
    if (changed.hasAccessChanged) await tell(context, [changed.row.person_id]);
    return changed.row;
  }

  async function answerUser(context: ApiContext, row: ScimUserRow, status: 200 | 201 = 200) {
    const of = await groups.groupsOf([row.id]);
    const resource = userResource(baseOf(context), row, of.get(row.id));
    return answerScim(status, resource, status === 201 ? resource.meta.location : undefined);
  }

  async function changeGroup(
    context: ApiContext,
    verb: string,
    change: (trx: Trx, organizationId: string) => Promise<GroupChange>,
  ): Promise<ScimGroupRow> {
    const { row, personIds } = await kysely.transaction().execute(async (trx) => {
      const done = await change(trx, provisionerOf(context).organizationId);
      await record(trx, context, {
        action: `scim-group.${verb}`,
        target: { kind: "group", id: done.row.id },
        details: { name: done.row.name },
      });
      return done;
    });
    await tell(context, personIds);
    return row;
  }

  /** Larger groups are asked for without their members, who would be read in vain. */
  const hidesMembers = (excluded: string | undefined) =>
    excluded?.split(",").some((name) => name.trim().toLowerCase() === "members") === true;

  async function answerGroup(
    context: ApiContext,
    row: ScimGroupRow,
    { status = 200, excluded }: { status?: 200 | 201; excluded?: string | undefined } = {},
  ) {
    const members = hidesMembers(excluded)
      ? undefined
      : ((await groups.membersOf([row.id])).get(row.id) ?? []);
    const resource = groupResource(baseOf(context), row, members);
    return answerScim(status, resource, status === 201 ? resource.meta.location : undefined);
  }

  const all = { startIndex: 1, count: 0 };
  return {
    getScimConfig: async (_input, context) => answerScim(200, configResource(baseOf(context))),
    async listScimResourceTypes(_input, context) {
      const found = resourceTypes(baseOf(context));
      return answerScim(200, listOf(all, found.length, found));
    },
    async listScimSchemas(_input, context) {
      const found = schemas(baseOf(context));
      return answerScim(200, listOf(all, found.length, found));
    },

    async listScimUsers({ query }, context) {
      const page = pageOf(query);
      const filter = parseFilter(query.filter, userFilters);
      const { organizationId } = provisionerOf(context);
      const { total, rows } = await users.find(organizationId, filter, page);
      const of = await groups.groupsOf(rows.map(({ id }) => id));
      const resources = rows.map((row) => userResource(baseOf(context), row, of.get(row.id)));
      return answerScim(200, listOf(page, total, resources));
    },
    async createScimUser({ body }, context) {
      const row = await changeUser(context, "create", (trx, { organizationId }) =>
        users.create(trx, organizationId, body),
      );
      return answerUser(context, row, 201);
    },
    async getScimUser({ params: { id } }, context) {
      const { organizationId } = provisionerOf(context);
      return answerUser(context, await users.get({ organizationId, id }));
    },
    async replaceScimUser({ params: { id }, body }, context) {
      const row = await changeUser(context, "replace", async (trx, { organizationId }) =>
        users.replace(trx, await users.lock(trx, { organizationId, id }), body),
      );
      return answerUser(context, row);
    },
    async patchScimUser({ params: { id }, body }, context) {
      const row = await changeUser(context, "replace", async (trx, { organizationId }) => {
        const held = await users.lock(trx, { organizationId, id });
        return users.replace(trx, held, patchUser(bodyOf(held), body.Operations));
      });
      return answerUser(context, row);
    },
    async deleteScimUser({ params: { id } }, context) {
      await changeUser(context, "delete", async (trx, { organizationId }) => {
        const held = await users.lock(trx, { organizationId, id });
        return users.delete(trx, held);
      });
      return answerScim(204);
    },

    async listScimGroups({ query }, context) {
      const page = pageOf(query);
      const filter = parseFilter(query.filter, groupFilters);
      const { organizationId } = provisionerOf(context);
      const { total, rows } = await groups.find(organizationId, filter, page);
      const of = hidesMembers(query.excludedAttributes)
        ? undefined
        : await groups.membersOf(rows.map(({ id }) => id));
      const resources = rows.map((row) =>
        groupResource(baseOf(context), row, of && (of.get(row.id) ?? [])),
      );
      return answerScim(200, listOf(page, total, resources));
    },
    async createScimGroup({ body }, context) {
      const row = await changeGroup(context, "create", (trx, organizationId) =>
        groups.create(trx, organizationId, body),
      );
      return answerGroup(context, row, { status: 201 });
    },
    async getScimGroup({ params: { id }, query }, context) {
      const row = await groups.get(provisionerOf(context).organizationId, id);
      return answerGroup(context, row, { excluded: query.excludedAttributes });
    },
    async replaceScimGroup({ params: { id }, body }, context) {
      const { displayName, externalId, members } = body;
      const ids = [...new Set(members?.map(({ value }) => value))];
      const row = await changeGroup(context, "replace", async (trx, organizationId) =>
        groups.change(trx, await groups.lock(trx, organizationId, id), [
          { kind: "rename", displayName },
          { kind: "external", externalId: externalId ?? null },
          { kind: "replace", members: ids },
        ]),
      );
      return answerGroup(context, row);
    },
    async patchScimGroup({ params: { id }, body }, context) {
      const steps = readGroupPatch(body.Operations);
      const row = await changeGroup(context, "replace", async (trx, organizationId) =>
        groups.change(trx, await groups.lock(trx, organizationId, id), steps),
      );
      return answerGroup(context, row);
    },
    async deleteScimGroup({ params: { id } }, context) {
      await changeGroup(context, "delete", async (trx, organizationId) => {
        const held = await groups.lock(trx, organizationId, id);
        return groups.delete(trx, held);
      });
      return answerScim(204);
    },
  };
}

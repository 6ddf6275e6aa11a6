/** Handlers of groups. */
import type { Kysely, Transaction } from "kysely";
import { type ApiContext, type Handlers, organizationOf, type RoutesOf } from "../../http/api.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Trail } from "../../trail/trail.ts";
import { recordAct } from "../sso/admin-routes.ts";
import type { Groups } from "./groups.ts";

export interface GroupRouteDeps {
  readonly kysely: Kysely<Schema>;
  readonly groups: Groups;
  readonly trail: Pick<Trail, "record">;
}

export function groupHandlers(deps: GroupRouteDeps): Handlers<RoutesOf<"Groups">> {
  const { kysely, groups, trail } = deps;
  const refOf = (context: ApiContext, groupId: string) => ({
    organizationId: organizationOf(context).id,
    groupId,
  });
  const record = (
    trx: Transaction<Schema>,
    context: ApiContext,
    act: { readonly action: string; readonly group: string; readonly person?: string },
  ) =>
    recordAct(trail, trx, context, {
      action: act.action,
      target: { kind: "group", id: act.group },
      ...(act.person === undefined ? {} : { details: { person: act.person } }),
    });

  return {
    async listGroups(_input, context) {
      return { groups: [...(await groups.list(organizationOf(context).id))] };
    },
    getGroup: ({ params }, context) => groups.get(refOf(context, params.group)),
    async createGroup({ body }, context) {
      return kysely.transaction().execute(async (trx) => {
        const made = await groups.create(trx, organizationOf(context).id, body.name);
        await record(trx, context, { action: "group.create", group: made.id });
        return made;
      });
    },
    async renameGroup({ params, body }, context) {
      return kysely.transaction().execute(async (trx) => {
        const renamed = await groups.rename(trx, refOf(context, params.group), body.name);
        await record(trx, context, { action: "group.rename", group: params.group });
        return renamed;
      });
    },
    async deleteGroup({ params }, context) {
      await kysely.transaction().execute(async (trx) => {
        await groups.delete(trx, refOf(context, params.group));
        await record(trx, context, { action: "group.delete", group: params.group });
      });
    },
    async addGroupMember({ params: { group }, body }, context) {
      return kysely.transaction().execute(async (trx) => {
        const person = await groups.add(trx, refOf(context, group), body.member);
        await record(trx, context, { action: "group.add", group, person });
        return groups.get(refOf(context, group), trx);
      });
    },
    async removeGroupMember({ params: { group, person } }, context) {
      await kysely.transaction().execute(async (trx) => {
        await groups.remove(trx, refOf(context, group), person);
        await record(trx, context, { action: "group.remove", group, person });
      });
    },
  };
}

/**
 * Handlers of groups. What conditions and policies say of groups holds at once for who is in one that
 * changed: they are told of when the change is committed.
 */
import type { Kysely, Transaction } from "kysely";
import { type ApiContext, type Handlers, organizationOf, type RoutesOf } from "../../http/api.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Trail } from "../../trail/trail.ts";
import type { AccessChanges } from "../membership/access-changes.ts";
import { recordAct } from "../sso/admin-routes.ts";
import type { Groups } from "./groups.ts";

export interface GroupRouteDeps {
  readonly kysely: Kysely<Schema>;
  readonly groups: Groups;
  readonly trail: Pick<Trail, "record">;
  readonly accessChanges: AccessChanges;
}

/** What one change of a group did. */
interface GroupChange<Answer> {
  readonly answer: Answer;
  readonly group: string;
  /** Who was, or is, in it. */
  readonly personIds: readonly string[];
  readonly details?: { readonly person: string };
}

export function groupHandlers(deps: GroupRouteDeps): Handlers<RoutesOf<"Groups">> {
  const { kysely, groups, trail, accessChanges } = deps;
  const refOf = (context: ApiContext, groupId: string) => ({
    organizationId: organizationOf(context).id,
    groupId,
  });

  async function change<Answer>(
    context: ApiContext,
    verb: string,
    make: (trx: Transaction<Schema>) => Promise<GroupChange<Answer>>,
  ): Promise<Answer> {
    const done = await kysely.transaction().execute(async (trx) => {
      const made = await make(trx);
      await recordAct(trail, trx, context, {
        action: `group.${verb}`,
        target: { kind: "group", id: made.group },
        ...(made.details === undefined ? {} : { details: made.details }),
      });
      return made;
    });
    const { id: organizationId } = organizationOf(context);
    await accessChanges.tell({ organizationId, personIds: done.personIds });
    return done.answer;
  }

  return {
    async listGroups(_input, context) {
      return { groups: [...(await groups.list(organizationOf(context).id))] };
    },
    getGroup: ({ params }, context) => groups.get(refOf(context, params.group)),
    createGroup: ({ body }, context) =>
      change(context, "create", async (trx) => {
        const answer = await groups.create(trx, organizationOf(context).id, body.name);
        return { answer, group: answer.id, personIds: [] };
      }),
    // Conditions may name a group by its name, so that another name is another group to them.
    renameGroup: ({ params: { group }, body }, context) =>
      change(context, "rename", async (trx) => {
        const answer = await groups.rename(trx, refOf(context, group), body.name);
        return { answer, group, personIds: await groups.memberIds(trx, group) };
      }),
    deleteGroup: ({ params: { group } }, context) =>
      change(context, "delete", async (trx) => {
        const personIds = await groups.memberIds(trx, group);
        await groups.delete(trx, refOf(context, group));
        return { answer: undefined, group, personIds };
      }),
    addGroupMember: ({ params: { group }, body }, context) =>
      change(context, "add", async (trx) => {
        const person = await groups.add(trx, refOf(context, group), body.member);
        const answer = await groups.get(refOf(context, group), trx);
        return { answer, group, personIds: [person], details: { person } };
      }),
    removeGroupMember: ({ params: { group, person } }, context) =>
      change(context, "remove", async (trx) => {
        await groups.remove(trx, refOf(context, group), person);
        return { answer: undefined, group, personIds: [person], details: { person } };
      }),
  };
}

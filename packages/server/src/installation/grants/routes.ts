/**
 * The API's handlers for grants. Membership and permission are checked before they are called; that
 * the installation is the organization's own is checked here and, for changes, under its lock.
 */
import { type ParsedManifest, parseAppName, parseInstallationId } from "@berth/protocol";
import type { Kysely } from "kysely";
import semver from "semver";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../../http/api.ts";
import type { SubjectSource } from "../../policy/subjects.ts";
import type { Schema } from "../../storage/schema.ts";
import type { People } from "../ports.ts";
import { type GrantRow, type InstallationParts, notFound } from "../store.ts";
import type { GrantChangeTarget, GrantWorks } from "./change-grants.ts";
import { findUnusedGrants } from "./find-unused.ts";
import { changeGrant, grantPermission, revokeGrant } from "./manage.ts";
import { checkScopeMembers, type GivenTerms } from "./terms.ts";
import {
  type GrantViewParts,
  grantDetailOf,
  lastUseOf,
  notGrantedOf,
  peopleOf,
  permissionChangesOf,
} from "./views.ts";

const msPerDay = 86_400_000;

export interface GrantHandlersOptions {
  readonly works: GrantWorks;
  readonly kysely: Kysely<Schema>;
  readonly people: People;
  readonly subjects: Pick<SubjectSource, "load">;
}

export function grantHandlers(options: GrantHandlersOptions): Handlers<RoutesOf<"Grants">> {
  const { works, people, subjects } = options;
  const { clock } = works.ground;

  async function partsOf(context: ApiContext, id: string): Promise<InstallationParts> {
    const parts = await works.store.findParts(id);
    if (parts?.row.organization_id !== organizationOf(context).id) throw notFound(id);
    return parts;
  }

  function targetOf(context: ApiContext, id: string, reason?: string): GrantChangeTarget {
    const { personId, by, keyId, sessionId } = callerOf(context);
    const credentialId = keyId ?? sessionId;
    return {
      id: parseInstallationId(id),
      organizationId: organizationOf(context).id,
      actor: {
        ...{ kind: "person", id: personId, by },
        ...(credentialId === undefined ? {} : { credentialId }),
      },
      requestId: context.requestId,
      reason,
    };
  }

  function checkScope(context: ApiContext, terms: GivenTerms): Promise<void> {
    const { id } = organizationOf(context);
    return checkScopeMembers(terms, async (person) => (await subjects.load(id, person)) !== null);
  }

  async function viewPartsOf(grants: readonly GrantRow[]): Promise<GrantViewParts> {
    const names = await people.namesOf(peopleOf(grants));
    return { names, lastUses: works.lastUses, now: clock.now() };
  }

  async function detailOf(context: ApiContext, installation: string, grantId: string) {
    const { grants } = await partsOf(context, installation);
    const grant = grants.find(({ id }) => id === grantId);
    // Taken back by somebody else in between.
    if (grant === undefined) throw notFound(installation);
    return grantDetailOf(grant, await viewPartsOf([grant]));
  }

  return {
    async listGrants({ params }, context) {
      const { row, grants } = await partsOf(context, params.installation);
      const parts = await viewPartsOf(grants);
      return {
        grants: grants.map((grant) => grantDetailOf(grant, parts)),
        notGranted: notGrantedOf(row.manifest, grants),
      };
    },

    async grantPermission({ params, body }, context) {
      const { permission, reason, ...terms } = body;
      const target = targetOf(context, params.installation, reason);
      await checkScope(context, terms);
      const granted = await grantPermission(works, target, { permission, terms });
      return detailOf(context, target.id, granted);
    },

    async changeGrant({ params, body }, context) {
      const { reason, ...terms } = body;
      const target = targetOf(context, params.installation, reason);
      await checkScope(context, terms);
      const { grant } = params;
      return detailOf(context, target.id, await changeGrant(works, target, { grant, terms }));
    },

    async revokeGrant({ params, body }, context) {
      const target = targetOf(context, params.installation, body.reason);
      return { revoked: await revokeGrant(works, target, params.grant) };
    },

    async getPermissionChanges({ params, query }, context) {
      const { row } = await partsOf(context, params.installation);
      const release = await works.registry.getRelease(parseAppName(row.app), query.version);
      return {
        from: row.version,
        to: release.version,
        isNewer: semver.compareBuild(release.version, row.version) > 0,
        ...permissionChangesOf(row.manifest as ParsedManifest, release.manifest),
      };
    },

    async listUnusedGrants({ query }, context) {
      const before = new Date(clock.now() - query.days * msPerDay);
      const organizationId = organizationOf(context).id;
      const found = await findUnusedGrants(options.kysely, { organizationId, before });
      const unused = found.filter(({ grant }) => {
        const lastUse = lastUseOf(grant, works.lastUses);
        return lastUse === null || lastUse < before;
      });
      const parts = await viewPartsOf(unused.map(({ grant }) => grant));
      return {
        grants: unused.map(({ grant, ...about }) => {
          const { scope: _scope, ...detail } = grantDetailOf(grant, parts);
          return { ...detail, ...about };
        }),
      };
    },
  };
}

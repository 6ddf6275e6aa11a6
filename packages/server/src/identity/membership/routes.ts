/** Handlers of members, roles and invitations. */
import { BerthError } from "@berth/protocol";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../../http/api.ts";
import type { Trail } from "../../trail/trail.ts";
import type { Mailer } from "../mailer.ts";
import type { OpenedIdentity } from "../open-identity.ts";
import { createAccepting } from "./accept.ts";
import type { Acting } from "./authority.ts";
import { createInvitations, type InvitationsOptions } from "./invitations.ts";
import { createMembers } from "./members.ts";
import { createRoles } from "./roles.ts";

export interface MemberRouteDeps extends Pick<InvitationsOptions, "database" | "ground"> {
  readonly identity: Pick<OpenedIdentity, "auth" | "accessChanges" | "tellSessionEnd">;
  readonly trail: Pick<Trail, "record">;
  readonly mailer?: Mailer | undefined;
  readonly ownOrigin: () => string;
}

function actingOf(context: ApiContext): Acting {
  const { requestId } = context;
  return { caller: callerOf(context), organizationId: organizationOf(context).id, requestId };
}

/** A key acts for its person, but does not decide where they belong. */
function refuseKey(context: ApiContext, what: string): void {
  if (callerOf(context).by !== "key") return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    `${what} needs a session, and this request was made with an API key; sign in instead.`,
  );
}

export function memberHandlers(deps: MemberRouteDeps): Handlers<RoutesOf<"Members">> {
  const { identity, ...rest } = deps;
  const shared = { ...rest, accessChanges: identity.accessChanges };
  const members = createMembers({ ...shared, tellSessionEnd: identity.tellSessionEnd });
  const roles = createRoles(shared);
  const invitations = createInvitations(shared);
  const accepting = createAccepting({ ...shared, auth: identity.auth, invitations });
  return {
    async listMembers(_input, context) {
      return { members: [...(await members.list(organizationOf(context).id))] };
    },
    changeMemberRole: ({ params, body }, context) =>
      members.changeRole(actingOf(context), params.member, body.role),
    async removeMember({ params }, context) {
      await members.remove(actingOf(context), params.member);
      return undefined;
    },
    async leaveOrganization(_input, context) {
      refuseKey(context, "Leaving an organization");
      await members.leave(actingOf(context));
      return undefined;
    },
    async listRoles(_input, context) {
      return { roles: [...(await roles.list(organizationOf(context).id))] };
    },
    createRole: ({ body }, context) => roles.create(actingOf(context), body),
    changeRole: ({ params, body }, context) => roles.change(actingOf(context), params.role, body),
    async deleteRole({ params }, context) {
      await roles.delete(actingOf(context), params.role);
      return undefined;
    },
    async listInvitations(_input, context) {
      return { invitations: [...(await invitations.list(organizationOf(context).id))] };
    },
    invite: ({ body }, context) => invitations.create(actingOf(context), body),
    resendInvitation: ({ params }, context) =>
      invitations.resend(actingOf(context), params.invitation),
    async revokeInvitation({ params }, context) {
      await invitations.revoke(actingOf(context), params.invitation);
      return undefined;
    },
    async describeInvitation({ body }, { address }) {
      const found = await accepting.describe({ token: body.token, address });
      return {
        organization: { slug: found.slug, name: found.organizationName },
        ...{ email: found.email, roleName: found.role.name, invitedBy: found.invitedBy },
        expiresAt: found.expiresAt.toISOString(),
      };
    },
    async joinByInvitation({ body }, { address, requestId }) {
      const { email, slug } = await accepting.join({ ...body, address, requestId });
      return { email, organization: slug };
    },
    async acceptInvitation({ body }, context) {
      refuseKey(context, "Accepting an invitation");
      const acting = { caller: callerOf(context), requestId: context.requestId };
      return { organization: (await accepting.accept(acting, body.token)).slug };
    },
  };
}

/** Handlers of operators, organizations, and support. */
import { type ApiContext, callerOf, type Handlers, type RoutesOf } from "../../http/api.ts";
import type { Trail } from "../../trail/trail.ts";
import { createInvitations, type InvitationsOptions } from "../membership/invitations.ts";
import type { OpenedIdentity } from "../open-identity.ts";
import { createOperators, type OperatorActing } from "./operators.ts";
import { createOrganizations } from "./organizations.ts";
import { createSupport } from "./support.ts";

export interface OperatorRouteDeps
  extends Pick<InvitationsOptions, "database" | "ground" | "mailer" | "ownOrigin"> {
  readonly identity: Pick<OpenedIdentity, "links" | "accessChanges" | "tellSessionEnd">;
  readonly trail: Pick<Trail, "record">;
}

function actingOf(context: ApiContext): OperatorActing {
  return { caller: callerOf(context), requestId: context.requestId };
}

export function operatorHandlers(deps: OperatorRouteDeps): Handlers<RoutesOf<"Operators">> {
  const { identity, ownOrigin } = deps;
  const { links, tellSessionEnd, accessChanges } = identity;
  const invitations = createInvitations({ ...deps, accessChanges });
  const operators = createOperators(deps);
  const organizations = createOrganizations({ ...deps, invitations });
  const support = createSupport({ ...deps, links, tellSessionEnd });
  return {
    async listOperators() {
      return { operators: [...(await operators.list())] };
    },
    addOperator: ({ body }, context) => operators.add(actingOf(context), body),
    changeOperatorRole: ({ params, body }, context) =>
      operators.changeRole(actingOf(context), params.person, body.role),
    async removeOperator({ params }, context) {
      await operators.remove(actingOf(context), params.person);
      return undefined;
    },
    async listOrganizations() {
      return { organizations: [...(await organizations.list())] };
    },
    async createOrganization({ body }, context) {
      const made = await organizations.create(actingOf(context), body);
      const { link = null, expiresAt } = made.invitation ?? {};
      const invitation = expiresAt === undefined ? null : { link, expiresAt };
      return { ...made.organization, invitation };
    },
    async findPeople({ query }) {
      return { people: [...(await support.findPeople(query.search))] };
    },
    async endPersonSessions({ params }, context) {
      return { ended: await support.endSessions(actingOf(context), params.person) };
    },
    async createPersonSignInLink({ params }, context) {
      const { token, expiresAt } = await support.createSignInLink(actingOf(context), params.person);
      const link = `${ownOrigin()}/sign-in/link#token=${token}`;
      return { link, expiresAt: expiresAt.toISOString() };
    },
  };
}

/** Who is calling, as the API shows it. */
import { BerthError } from "@berth/protocol";
import {
  type PublisherRoleName,
  permissionsOfOperatorRole,
  type SessionView,
  type SignInView,
} from "@berth/protocol/api";
import type { Caller } from "../http/api.ts";
import { isReachedOrganization, isReachedPublisher } from "../http/reach.ts";
import type { Identity } from "./identity.ts";
import { isServiceId } from "./services/services.ts";
import type { Challenged, SignedIn } from "./sign-in.ts";

/** The publishers that a caller belongs to. */
export type PublishersOf = (personId: string) => Promise<
  readonly {
    readonly name: string;
    readonly displayName: string;
    readonly role: PublisherRoleName;
  }[]
>;

type ViewedCaller = Pick<
  Caller,
  "personId" | "by" | "organizationId" | "publisherName" | "limitedTo"
>;

export interface SessionViews {
  /** @throws AUTH_REQUIRED when the person is gone */
  of(personId: string, by: SessionView["by"]): Promise<SessionView>;
  /** Only what the credential reaches, as access.ts decides. */
  ofCaller(caller: ViewedCaller): Promise<SessionView>;
  afterFirstStep(step: SignedIn | Challenged): Promise<SignInView>;
}

export function createSessionViews(deps: {
  readonly identity: Pick<Identity, "findPerson" | "listMemberships">;
  readonly publishersOf: PublishersOf;
}): SessionViews {
  const { identity, publishersOf } = deps;

  const view = async (reach: ViewedCaller): Promise<SessionView> => {
    const { personId, by } = reach;
    const [person, organizations, publishers] = await Promise.all([
      identity.findPerson(personId),
      identity.listMemberships(personId),
      publishersOf(personId),
    ]);
    if (person === undefined) throw new BerthError("AUTH_REQUIRED", "Sign in again.");
    const { id, name, email } = person;
    const isBound = reach.organizationId !== undefined || reach.publisherName !== undefined;
    const operatorRole = isBound ? null : person.operatorRole;
    return {
      kind: isServiceId(id) ? "service" : "person",
      person: { id, name, email },
      isOperator: operatorRole !== null,
      operatorPermissions:
        operatorRole === null ? [] : [...permissionsOfOperatorRole[operatorRole]],
      organizations: organizations
        .filter((own) => isReachedOrganization(reach, own.id))
        .map(({ slug, name: title, role, roleName, permissions }) => ({
          ...{ slug, name: title, role, roleName: roleName ?? role },
          permissions: [...permissions].filter((each) => reach.limitedTo?.has(each) ?? true),
        })),
      publishers: publishers.filter((own) => isReachedPublisher(reach, own.name)),
      by,
    };
  };

  return {
    of: (personId, by) => view({ personId, by }),
    ofCaller: view,
    async afterFirstStep(step) {
      if ("personId" in step) return view({ personId: step.personId, by: "session" });
      return { secondFactor: { expiresAt: step.challengedUntil.toISOString() } };
    },
  };
}

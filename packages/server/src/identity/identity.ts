/** What other domains may ask identity, and what the first run creates by it. */
import type { InstallationId } from "@berth/protocol";
import type { OperatorRoleName } from "@berth/protocol/api";
import type { Caller, OrganizationContext, OrganizationRole } from "../http/api.ts";
import type { ActOrigin } from "../trail/trail.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Else anybody may have made the account who was shown an invitation of that address. */
  readonly isEmailVerified: boolean;
  /** Null for who is no operator. */
  readonly operatorRole: OperatorRoleName | null;
}

export interface Organization {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface SignInLink {
  /** 256 random bits as text; shown once, stored hashed. */
  readonly token: string;
  readonly expiresAt: Date;
}

export interface Identity {
  /** Who sent the request: its session cookie or its API key; null when neither is valid. */
  authenticate(request: Request): Promise<Caller | null>;
  /** Single use, ten minutes. Goes into a URL's fragment, never into a log. */
  createSignInLink(personId: string): Promise<SignInLink>;
  /** @throws REQUEST_INVALID when a person has that e-mail address */
  createPerson(person: {
    readonly name: string;
    readonly email: string;
    /** Without one the person signs in by link. At least 10 characters. */
    readonly password?: string;
    /** Default: no operator. */
    readonly operatorRole?: OperatorRoleName;
  }): Promise<Person>;
  findPerson(idOrEmail: string): Promise<Person | undefined>;
  /** The first operator made; undefined before the first run. */
  findOperator(): Promise<Person | undefined>;
  /** Names of people by their ids; ids that are unknown are left out. */
  namesOf(personIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Slugs of organizations by their ids; ids that are unknown are left out. */
  slugsOf(organizationIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** @throws REQUEST_INVALID when the slug is taken or no slug */
  createOrganization(organization: {
    readonly slug: string;
    readonly name: string;
    readonly ownerId: string;
  }): Promise<Organization>;
  addMember(member: {
    readonly organizationId: string;
    readonly personId: string;
    readonly role: OrganizationRole;
  }): Promise<void>;
  findOrganization(slugOrId: string): Promise<Organization | undefined>;
  /** The organization by its slug, with the person's role; undefined for who is no member. */
  findMembership(slug: string, personId: string): Promise<OrganizationContext | undefined>;
  listMemberships(personId: string): Promise<readonly OrganizationContext[]>;
  /** A key that acts as the person, for the command line and for scripts, for 90 days. Shown once. */
  createApiKey(key: {
    readonly personId: string;
    readonly name: string;
    readonly expiresInDays?: number;
    /** Who makes it. Default: Berth itself. */
    readonly origin?: ActOrigin;
  }): Promise<{ readonly id: string; readonly secret: string }>;
  /** What an app knows a member by: stable, and different in each installation. */
  pseudonym(installationId: InstallationId, personId: string): string;
}

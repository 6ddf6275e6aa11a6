/** Puts identity together from its parts. */
import { createHmac } from "node:crypto";
import { createId } from "@berth/protocol";
import { bySystem } from "../http/actor.ts";
import type { Provisioner } from "../http/api.ts";
import type { Standing } from "../policy/subjects.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import type { Trail } from "../trail/trail.ts";
import { type ApiKeys, createApiKeys } from "./api-keys.ts";
import { type Auth, createAuth } from "./auth.ts";
import { createAuthenticate, type SecondFactorRule } from "./authenticate.ts";
import { createEmbedKeys, type EmbedKeys } from "./embedding/embed-keys.ts";
import { createEmbedSessions, type EmbedSessions } from "./embedding/embed-sessions.ts";
import type { Identity } from "./identity.ts";
import { createLockOut, type LockOut } from "./lock-out.ts";
import { type AccessChanges, createAccessChanges } from "./membership/access-changes.ts";
import { createPasskeys, type Passkeys } from "./passkeys.ts";
import { createPeople } from "./people.ts";
import { createRecordedKeys } from "./recorded-keys.ts";
import { createRecordedSignIn, type RecordedSignIn } from "./recorded-sign-in.ts";
import { findProvisioner } from "./scim/tokens.ts";
import { type Challenges, createChallenges } from "./second-factor/challenges.ts";
import { createSecondFactors, type SecondFactors } from "./second-factor/second-factors.ts";
import { createServices, type Services } from "./services/services.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createSignIn, type SignIn } from "./sign-in.ts";
import { createSignInLinks, type SignInLinks } from "./sign-in-link.ts";
import { requiresSingleSignOn } from "./sso/bound.ts";
import { createReadStanding } from "./standing.ts";

const idBytes = 16;

export interface IdentityOptions {
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "deriveKey" | "createDataKey" | "seal" | "open">;
  readonly trail: Pick<Trail, "record" | "noteKeyUse">;
  readonly ground: Ground;
  /** True where browsers reach Berth by https. Default false. */
  readonly isSecure?: boolean;
  /** The console's own host name, to which passkeys are bound. Default `localhost`. */
  readonly consoleHost?: string;
  /** The one origin whose pages may use passkeys. Default `http://localhost`. */
  readonly consoleOrigin?: () => string;
  /** Of whom a second factor is asked on this host. Default `optional`. */
  readonly secondFactor?: SecondFactorRule;
}

/** Who has which role in which organization from now on, be it as before. */
export interface GivenRole {
  readonly organizationId: string;
  readonly personId: string;
  readonly role: string;
}

/** Identity, with what its own routes need beside the public interface. */
export interface OpenedIdentity extends Identity {
  readonly auth: Auth;
  readonly links: SignInLinks;
  readonly signIn: SignIn;
  readonly recordedSignIn: RecordedSignIn;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
  readonly challenges: Challenges;
  readonly passkeys: Passkeys;
  readonly lockOut: LockOut;
  readonly apiKeys: ApiKeys;
  readonly services: Services;
  readonly secondFactorRule: SecondFactorRule;
  readonly embedKeys: EmbedKeys;
  readonly embedSessions: EmbedSessions;
  /** What somebody may do in an organization is no longer so. */
  readonly accessChanges: AccessChanges;
  /** Null for who is no member. */
  readStanding(organizationId: string, personId: string): Promise<Standing | null>;
  /** Called once somebody was given a role in an organization; returns how to stop that. */
  onRole(listener: (given: GivenRole) => void): () => void;
  requiresSingleSignOn(organizationId: string): Promise<boolean>;
  findProvisioner(request: Request, slug: string): Promise<Provisioner | undefined>;
  /** Called once a session is over on this node; returns how to stop that. */
  onSessionEnd(listener: (sessionId: string) => void): () => void;
  /** For who ends sessions by other ways than `auth`. */
  tellSessionEnd(sessionId: string): void;
}

/** Needs the tables of `identityMigrations`. */
export function openIdentity(options: IdentityOptions): OpenedIdentity {
  const { database, keys, ground, trail, isSecure = false } = options;
  const { consoleHost = "localhost", consoleOrigin = () => "http://localhost" } = options;
  const { secondFactor: secondFactorRule = "optional" } = options;
  const pseudonymKey = keys.deriveKey("pseudonyms");
  const listeners = new Set<(sessionId: string) => void>();
  const onSessionEnd = (sessionId: string) => {
    for (const listener of listeners) listener(sessionId);
  };
  const auth = createAuth({
    database,
    secret: keys.deriveKey("sessions"),
    isSecure,
    passkeyHost: consoleHost,
    logger: ground.logger,
    onSessionEnd,
  });
  const links = createSignInLinks({ database, ground });
  const roleListeners = new Set<(given: GivenRole) => void>();
  const tellRole = (given: GivenRole) => {
    for (const listener of roleListeners) listener(given);
  };
  const accessChanges = createAccessChanges();
  const embedSessions = createEmbedSessions({
    ...{ database, trail, ground, accessChanges },
    onMembership: tellRole,
  });
  const lockOut = createLockOut({ database, ground, hashKey: keys.deriveKey("lock-out") });
  const sessions = createSessions({ auth, database, ground, trail, onSessionEnd });
  const apiKeys = createApiKeys({ database, ground });
  const services = createServices({ database, ground, apiKeys, trail, accessChanges });
  const challenges = createChallenges({ database, ground, isSecure });
  const passkeys = createPasskeys({ auth, database, ground, trail, consoleOrigin, onSessionEnd });
  const issuer = () => `Berth (${new URL(consoleOrigin()).host})`;
  const secondFactors = createSecondFactors({ database, keys, ground, lockOut, trail, issuer });
  const proofs = { sessions, secondFactors, challenges, passkeys, lockOut };
  const people = createPeople({ auth, database, trail, ground });
  const signIn = createSignIn({
    ...proofs,
    ...{ auth, database, links, ground, trail, onSessionEnd },
    newId: () => createId("acc", ground.random(idBytes)),
  });
  return {
    ...people,
    ...proofs,
    async addMember(member) {
      await people.addMember(member);
      tellRole(member);
    },
    readStanding: createReadStanding({ database }),
    onRole(listener) {
      roleListeners.add(listener);
      return () => void roleListeners.delete(listener);
    },
    ...{ auth, links, embedSessions, apiKeys, services, secondFactorRule },
    embedKeys: createEmbedKeys({ database, trail, ground }),
    signIn,
    recordedSignIn: createRecordedSignIn({
      ...{ signIn, database, trail, ground, onSessionEnd },
      findPerson: people.findPerson,
    }),
    accessChanges,
    tellSessionEnd: onSessionEnd,
    onSessionEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    authenticate: createAuthenticate({
      ...{ database, sessions, apiKeys, embedSessions, secondFactorRule },
      onKeyUse: createRecordedKeys({ database, trail, ground }).used,
      clock: ground.clock,
    }),
    requiresSingleSignOn: (id) => requiresSingleSignOn(database.kysely, id),
    findProvisioner: (request, slug) =>
      findProvisioner(request, slug, { kysely: database.kysely, ground }),
    async findMembership(slug, id) {
      const own = await services.membershipsOf(id);
      return own.find((one) => one.slug === slug) ?? people.findMembership(slug, id);
    },
    async listMemberships(id) {
      return [...(await services.membershipsOf(id)), ...(await people.listMemberships(id))];
    },
    createSignInLink: links.create,
    createApiKey: ({ personId, origin = bySystem, ...key }) =>
      database.kysely.transaction().execute(async (trx) => {
        const issued = await apiKeys.issue(trx, { ownerId: personId, ...key });
        await trail.record(trx, {
          ...origin,
          action: "api-key.create",
          organizationId: null,
          target: { kind: "api-key", id: issued.id },
          details: { name: key.name, person: personId },
        });
        return issued;
      }),
    pseudonym(installationId, personId) {
      const hash = createHmac("sha256", pseudonymKey).update(`${installationId}\n${personId}`);
      return createId("m", hash.digest());
    },
  };
}

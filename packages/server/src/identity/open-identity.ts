/** Puts identity together from its parts. */
import { createHmac } from "node:crypto";
import { createId } from "@berth/protocol";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import { type Auth, createAuth } from "./auth.ts";
import { createAuthenticate } from "./authenticate.ts";
import { createEmbedKeys, type EmbedKeys } from "./embedding/embed-keys.ts";
import { createEmbedSessions, type EmbedSessions } from "./embedding/embed-sessions.ts";
import type { Identity } from "./identity.ts";
import { createPeople } from "./people.ts";
import { createSignInLinks, type SignInLinks } from "./sign-in-link.ts";

const secondsPerDay = 86_400;

export interface IdentityOptions {
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "deriveKey">;
  readonly ground: Ground;
  /** True where browsers reach Berth by https. Default false. */
  readonly isSecure?: boolean;
}

/** Identity, with what its own routes need beside the public interface. */
export interface OpenedIdentity extends Identity {
  readonly auth: Auth;
  readonly links: SignInLinks;
  readonly embedKeys: EmbedKeys;
  readonly embedSessions: EmbedSessions;
  /** Called once a session is over on this node; returns how to stop that. */
  onSessionEnd(listener: (sessionId: string) => void): () => void;
  /** For who ends sessions by other ways than `auth`. */
  tellSessionEnd(sessionId: string): void;
}

/** Needs the tables of `identityMigrations`. */
export function openIdentity(options: IdentityOptions): OpenedIdentity {
  const { database, keys, ground, isSecure = false } = options;
  const secret = keys.deriveKey("sessions");
  const pseudonymKey = keys.deriveKey("pseudonyms");
  const listeners = new Set<(sessionId: string) => void>();
  const tellSessionEnd = (sessionId: string) => {
    for (const listener of listeners) listener(sessionId);
  };
  const { logger } = ground;
  const auth = createAuth({ database, secret, isSecure, logger, onSessionEnd: tellSessionEnd });
  const links = createSignInLinks({ database, ground });
  const embedSessions = createEmbedSessions({ database, ground });
  return {
    ...createPeople({ auth, database, ground }),
    auth,
    links,
    embedKeys: createEmbedKeys({ database, ground }),
    embedSessions,
    tellSessionEnd,
    onSessionEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    authenticate: createAuthenticate({ auth, database, embedSessions }),
    createSignInLink: links.create,
    async createApiKey({ personId, name, expiresInDays }) {
      const { id, key } = await auth.api.createApiKey({
        body: {
          name,
          userId: personId,
          ...(expiresInDays === undefined ? {} : { expiresIn: expiresInDays * secondsPerDay }),
        },
      });
      return { id, secret: key };
    },
    pseudonym(installationId, personId) {
      const hash = createHmac("sha256", pseudonymKey).update(`${installationId}\n${personId}`);
      return createId("m", hash.digest());
    },
  };
}

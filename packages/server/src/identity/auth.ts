/**
 * better-auth, set up for Berth: sessions, passwords, API keys and organizations on our database.
 *
 * None of its HTTP routes is reachable: what the API offers calls it from here. Its own clock and
 * random source are the system's.
 */
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { organization } from "better-auth/plugins";
import * as z from "zod";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";

export interface AuthOptions {
  readonly database: Pick<Database, "kysely">;
  /** Signs the session cookies. */
  readonly secret: Uint8Array;
  /** True where browsers reach Berth by https: cookies are then `Secure`. */
  readonly isSecure: boolean;
  readonly logger: Ground["logger"];
  readonly onSessionEnd: (sessionId: string) => void;
}

export const apiKeyPrefix = "berth_";
export const minPasswordChars = 10;
export const maxPasswordChars = 200;
const sessionSeconds = 7 * 24 * 3_600;
const shownKeyChars = 12;
const day = 1;
const maxKeyDays = 730;

/** Opens a session for someone whose identity was proven in another way than by password. */
function sessionOpener() {
  return {
    id: "berth-session-opener",
    endpoints: {
      openSession: createAuthEndpoint(
        "/berth/open-session",
        {
          method: "POST",
          body: z.object({ personId: z.string() }),
          metadata: { SERVER_ONLY: true },
        },
        async (context) => {
          const { internalAdapter } = context.context;
          const user = await internalAdapter.findUserById(context.body.personId);
          if (user === null) throw new APIError("UNAUTHORIZED");
          const session = await internalAdapter.createSession(user.id);
          await setSessionCookie(context, { session, user });
          return context.json({ personId: user.id });
        },
      ),
    },
  };
}

export function createAuth({ database, secret, isSecure, logger, onSessionEnd }: AuthOptions) {
  return betterAuth({
    appName: "Berth",
    // Only cookies' attributes and redirects depend on it, and both are set otherwise.
    baseURL: isSecure ? "https://berth.invalid" : "http://berth.invalid",
    secret: Buffer.from(secret).toString("base64"),
    database: { db: database.kysely, type: "postgres" },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: minPasswordChars,
      maxPasswordLength: maxPasswordChars,
    },
    user: { modelName: "person" },
    session: { expiresIn: sessionSeconds, disableSessionRefresh: true },
    databaseHooks: {
      session: { delete: { after: async ({ id }) => onSessionEnd(id) } },
    },
    advanced: {
      useSecureCookies: isSecure,
      cookies: { session_token: { name: "berth.session" } },
    },
    logger: {
      level: "warn",
      // The further arguments may hold what a person typed.
      log: (level, message) =>
        logger[level === "error" ? "error" : "debug"]({ message }, "sign-in"),
    },
    plugins: [
      organization(),
      apiKey({
        defaultPrefix: apiKeyPrefix,
        apiKeyHeaders: "x-api-key",
        rateLimit: { enabled: false },
        startingCharactersConfig: { charactersLength: shownKeyChars },
        keyExpiration: { minExpiresIn: day, maxExpiresIn: maxKeyDays },
        requireName: true,
        schema: { apikey: { modelName: "api_key" } },
      }),
      sessionOpener(),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

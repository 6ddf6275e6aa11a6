/**
 * better-auth, set up for Berth: sessions, passwords, passkeys and organizations on our database.
 *
 * None of its HTTP routes is reachable: what the API offers calls it from here. Its own clock and
 * random source are the system's. API keys and second factors are ours, on its hashes: its own check
 * of a key writes at each call, and its own codes may be used twice.
 */
import { betterAuth } from "better-auth";
import { organization } from "better-auth/plugins";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { passkeyPlugin } from "./passkey-plugin.ts";
import { sessionOpener } from "./session-opener.ts";

export interface AuthOptions {
  readonly database: Pick<Database, "kysely">;
  /** Signs the session cookies. */
  readonly secret: Uint8Array;
  /** True where browsers reach Berth by https: cookies are then `Secure`. */
  readonly isSecure: boolean;
  /** The console's host name, to which passkeys are bound (WebAuthn's RP id). */
  readonly passkeyHost: string;
  readonly logger: Ground["logger"];
  readonly onSessionEnd: (sessionId: string) => void;
}

export const minPasswordChars = 10;
export const maxPasswordChars = 200;
/** However much it is used, a session ends. */
export const maxSessionSeconds = 7 * 24 * 3_600;

export function createAuth(options: AuthOptions) {
  const { database, secret, isSecure, passkeyHost, logger, onSessionEnd } = options;
  // A cookie of this prefix is taken from this very host only, by https, for all paths (RFC 6265bis).
  const cookie = (name: string) => ({ name: `${isSecure ? "__Host-" : ""}berth.${name}` });
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
    session: {
      expiresIn: maxSessionSeconds,
      disableSessionRefresh: true,
      // Ours are asked for where they matter; see freshness.ts.
      freshAge: 0,
      additionalFields: {
        lastSeenAt: { type: "date", required: false, input: false },
        provedAt: { type: "date", required: false, input: false },
        secondFactorAt: { type: "date", required: false, input: false },
      },
    },
    databaseHooks: {
      session: { delete: { after: async ({ id }) => onSessionEnd(id) } },
    },
    advanced: {
      // Its own prefix for secure cookies is the weaker `__Secure-`.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure },
      cookies: { session_token: cookie("session"), passkey: cookie("passkey") },
    },
    logger: {
      level: "warn",
      // The further arguments may hold what a person typed.
      log: (level, message) =>
        logger[level === "error" ? "error" : "debug"]({ message }, "sign-in"),
    },
    plugins: [organization(), passkeyPlugin(passkeyHost), sessionOpener()],
  });
}

export type Auth = ReturnType<typeof createAuth>;

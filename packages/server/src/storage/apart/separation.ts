/** How organizations are kept apart in the database, beneath the application's own checks. */

/**
 * - `logins`: what serves an organization has a login of its own that can neither be another nor
 *   leave its organization; the database enforces it against anything that this process is made to send
 * - `role`: one login, which puts its rights aside for a transaction and could take them back: it
 *   holds against Berth's own mistakes, not against injected SQL
 * - `none`: only the application's own checks
 */
export type SeparationMode = "logins" | "role" | "none";

export interface Separation {
  readonly mode: SeparationMode;
  /** A sentence for the operator: what holds, and what to do when that is not all. */
  readonly finding: string;
}

/** The roles that policies name. Absent ones have no policy, so no rows. */
export interface DatabaseRoles {
  /** Serves organizations. */
  readonly app: string;
  /** Works for all: jobs, sign-in, sweeps. Null where the owner does that, which is the embedded database. */
  readonly jobs: string | null;
}

/** Logins that the operator made; otherwise Berth makes its own when DATABASE_URL's may. */
export interface DatabaseLogins {
  /** URL of the login that serves organizations. */
  readonly app: string;
  /** URL of the login that works for all. */
  readonly jobs: string;
}

export const notSeparated: Separation = Object.freeze({
  mode: "none",
  finding: "Organizations are kept apart by the application's own checks only.",
});

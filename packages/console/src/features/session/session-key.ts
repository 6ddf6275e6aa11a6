/** Holds the session, or `null` for someone who is not signed in. */
export const sessionKey = ["session"] as const;

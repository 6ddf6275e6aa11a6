/** Signs in by e-mail address and password. The session is a cookie that scripts cannot read. */
import { BerthError } from "@berth/protocol";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What is owed after the password: nothing, or a code. */
export type NextStep = "done" | "second-factor";

/**
 * @throws BerthError AUTH_REQUIRED when they do not fit, RATE_LIMITED after too many attempts,
 * SERVER_UNREACHABLE when nothing answers
 */
export async function signInWithPassword(credentials: Credentials): Promise<NextStep> {
  let response: Response;
  try {
    response = await fetch("/api/v1/auth/sign-in/email", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(credentials),
    });
  } catch (cause) {
    throw new BerthError("SERVER_UNREACHABLE", "The Berth server does not answer.", { cause });
  }
  if (response.ok) {
    const answer: unknown = await response.json();
    const owes = typeof answer === "object" && answer !== null && "secondFactor" in answer;
    return owes ? "second-factor" : "done";
  }
  if (response.status === 429) {
    throw new BerthError("RATE_LIMITED", "Too many attempts to sign in; wait a minute.");
  }
  if (response.status >= 500) {
    throw new BerthError("UNAVAILABLE", `The server answered ${response.status}; try again.`);
  }
  throw new BerthError("AUTH_REQUIRED", "No account has this e-mail address and password.");
}

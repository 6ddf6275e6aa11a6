/**
 * What changes how somebody signs in needs more than a session that lies open: a proof of the last
 * minutes.
 */
import { BerthError } from "@berth/protocol";
import { type ApiContext, type Caller, callerOf } from "../http/api.ts";
import { freshMs, stepUpDetails } from "../http/step-up.ts";
import type { Clock } from "../storage/ground.ts";

/** Kinds of sessions, for what keeps the bounds of one by single sign-on. */
export const anySession: readonly Caller["by"][] = ["session", "sso"];

/**
 * @param kinds - how the session may have been proven
 * @throws AUTH_FORBIDDEN when a key or the product speaks
 */
export function requireSession(
  context: ApiContext,
  what: string,
  kinds: readonly Caller["by"][] = ["session"],
): Caller & { sessionId: string } {
  const caller = callerOf(context);
  const { by, sessionId } = caller;
  if (kinds.includes(by) && sessionId !== undefined) return { ...caller, sessionId };
  const sent =
    by === "sso" ? "came by an organization's single sign-on" : "was made with an API key";
  throw new BerthError(
    "AUTH_FORBIDDEN",
    `${what} needs a session, and this request ${sent}; sign in instead.`,
  );
}

/** @throws AUTH_FORBIDDEN as `requireSession`; STEP_UP_REQUIRED, `details.by` and `hasPasskey` */
export function requireFresh(
  context: ApiContext,
  what: string,
  clock: Clock,
  kinds?: readonly Caller["by"][],
): Caller & { sessionId: string } {
  const caller = requireSession(context, what, kinds);
  if (caller.provedAt !== undefined && clock.now() - caller.provedAt < freshMs) return caller;
  throw new BerthError(
    "STEP_UP_REQUIRED",
    `${what} needs a proof of the last ${freshMs / 60_000} minutes that it is you; prove it by POST /api/v1/session/step-up, or sign in again.`,
    { details: stepUpDetails(caller) },
  );
}

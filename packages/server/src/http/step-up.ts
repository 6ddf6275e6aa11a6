/**
 * What destroys or widens asks again who is there: which routes do is declared with them.
 *
 * A session proves it anew. Where a second factor is asked for, only one counts that was proven in this
 * very session. A key proves nothing at the moment of its use: one that is limited to named permissions
 * was made for this, by somebody who had just proven who they are; one without limits was not. A service
 * principal does what it was given, and was given it in this way.
 */
import { BerthError } from "@berth/protocol";
import type { RouteDefinition } from "@berth/protocol/api";
import type { Caller } from "./api.ts";

export const freshMs = 15 * 60_000;

/** @param where - an organization's id, `host`, or what is neither; undefined: anywhere */
function isAskedOf({ asksSecondFactorFor: asks, isOperator }: Caller, where?: string): boolean {
  if (asks === undefined) return false;
  if (where !== undefined) return asks.has("everywhere") || asks.has(where);
  return [...asks].some((place) => place !== "host" || isOperator);
}

/**
 * By what somebody can prove themselves anew; `sign-in` when only signing in again helps.
 *
 * A password stands for nobody who has more than a password.
 */
export function stepUpDetails({ by, hasPasskey, hasSecondFactor }: Caller) {
  const own = hasSecondFactor ? "second-factor" : hasPasskey ? "passkey" : "password";
  return { by: by === "sso" ? "sign-in" : own, hasPasskey: hasPasskey === true };
}

/** @throws STEP_UP_REQUIRED, `details.by` and `hasPasskey`; AUTH_FORBIDDEN for who can prove nothing */
export function checkStepUp(
  { stepUp, method, path }: Pick<RouteDefinition, "stepUp" | "method" | "path">,
  {
    caller,
    now,
    where,
  }: { readonly caller: Caller; readonly now: number; readonly where?: string },
): void {
  if (stepUp === undefined || caller.kind === "service") return;
  const isAsked = isAskedOf(caller, where);
  if (caller.by === "session" || caller.by === "sso") {
    if (!isAsked && stepUp !== "always") return;
    const { by, hasPasskey, hasSecondFactor, provedAt, secondFactorAt } = caller;
    // What is asked for beyond a password, an organization's provider asks. And who has no factor yet
    // sets the first one up by what they have.
    const needsFactor = isAsked && by === "session" && (hasPasskey || hasSecondFactor);
    const at = needsFactor ? secondFactorAt : provedAt;
    if (typeof at === "number" && now - at < freshMs) return;
    throw new BerthError(
      "STEP_UP_REQUIRED",
      `${method.toUpperCase()} ${path} needs ${needsFactor ? "a second factor" : "a proof that it is you"}, proven in the last ${freshMs / 60_000} minutes; prove it by POST /api/v1/session/step-up, or sign in again.`,
      { details: stepUpDetails(caller) },
    );
  }
  if (!isAsked || (caller.by === "key" && caller.limitedTo !== undefined)) return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    caller.by === "embed"
      ? "A second factor is asked for here, and a session that the product opened proves none; sign in to do this."
      : "A second factor is asked for here, and an API key without limits proves none; use one that is limited to what this needs, or sign in.",
  );
}

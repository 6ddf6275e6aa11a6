/** The errors that tell a view, and whoever reads its log, why it may not. */
import { type AccessRequest, BerthError, type Decision } from "@berth/protocol";

type Refusal = Extract<Decision, { readonly isAllowed: false }>;

/**
 * RATE_LIMITED where the condition `rate` refused, as it passes by itself; else PERMISSION_DENIED.
 *
 * @param waitMs - until the grant can be used again, where that is known
 */
export function deniedBy(
  decision: Refusal,
  request: AccessRequest,
  waitMs: number | undefined,
): BerthError {
  const what = `${request.type} ${request.resource} (${request.action})`;
  if (decision.reason === "no-grant")
    return new BerthError(
      "PERMISSION_DENIED",
      `The app has no grant for ${what}; its manifest must ask for it, and an admin must consent.`,
      { details: { ...request } },
    );
  const { grantId, condition } = decision;
  if (waitMs !== undefined)
    return new BerthError(
      "RATE_LIMITED",
      `The grant ${grantId} for ${what} is used as often as it may be; again in ${waitMs} ms.`,
      { details: { ...request, grantId, condition, retryAfterMs: waitMs } },
    );
  return new BerthError(
    "PERMISSION_DENIED",
    condition === "expiresAt"
      ? `${expired(grantId)} It was for ${what}; an admin must consent anew.`
      : `The grant ${grantId} for ${what} does not hold now: its condition ${condition} refuses.`,
    { details: { ...request, grantId, condition } },
  );
}

export function expired(grantId: string): string {
  return `The grant ${grantId} has expired.`;
}

export function unknownGrant(grantId: string): BerthError {
  return new BerthError(
    "PERMISSION_DENIED",
    `There is no grant ${JSON.stringify(grantId.slice(0, 100))} in force; take an id from grants.`,
    { details: { grantId: grantId.slice(0, 100) } },
  );
}

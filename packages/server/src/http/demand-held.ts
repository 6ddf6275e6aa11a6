/** Nobody gives or takes what they do not hold, and a limited key holds no more than its limits. */
import { BerthError } from "@berth/protocol";

/**
 * @param given - the permissions of the role that is given or taken
 * @param held - those of whoever does it, cut to the key's limits
 * @throws AUTH_FORBIDDEN, `details.permission`
 */
export function demandHeld<Permission extends string>(
  role: string,
  given: Iterable<Permission>,
  held: ReadonlySet<Permission>,
): void {
  const permission = [...given].find((each) => !held.has(each));
  if (permission === undefined) return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    `The role ${role} gives ${permission}, which you do not hold yourself here; a key gives no more than it is limited to.`,
    { details: { permission } },
  );
}

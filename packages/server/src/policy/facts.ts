/** What is known at a use of a grant: of the moment, the person, and what is reached. */
import { type AccessFacts, isInAddressRange } from "@berth/protocol";
import type { PolicyQuestion } from "./ports.ts";
import type { RateUses } from "./rate-uses.ts";

const notCounted = () => 0;

/** Of a person nothing is known where an app acts as itself, so that conditions about one refuse. */
export function factsOf(
  question: PolicyQuestion,
  { now, rates }: { readonly now: number; readonly rates: Pick<RateUses, "count"> },
): AccessFacts & { readonly now: number } {
  const { live, subject, dataClass, isRecheck } = question;
  const facts = {
    now,
    organization: live.organizationSlug,
    // What was counted when it began goes on.
    usesWithin: isRecheck === true ? notCounted : rates.count,
    ...(dataClass === undefined ? {} : { dataClass }),
  };
  if (subject === null) return facts;
  const { personId, roles, groups, address, secondFactorAt } = subject;
  return {
    ...facts,
    person: personId,
    roles,
    groups,
    ...(address === null
      ? {}
      : { isAddressIn: (range: string) => isInAddressRange(address, range) }),
    ...(secondFactorAt === null ? {} : { secondFactorAt }),
  };
}

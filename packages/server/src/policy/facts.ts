/** What is known at a use of a grant: of the moment, the person, and what is reached. */
import { type AccessFacts, isInAddressRange } from "@berth/protocol";
import type { PolicyQuestion } from "./ports.ts";
import type { RateUses } from "./rate-uses.ts";

const notCounted = () => 0;

type Known = { -readonly [Fact in keyof AccessFacts]: AccessFacts[Fact] } & { now: number };

/** Of a person nothing is known where an app acts as itself, so that conditions about one refuse. */
export function factsOf(
  question: PolicyQuestion,
  { now, rates }: { readonly now: number; readonly rates: Pick<RateUses, "count"> },
): AccessFacts & { readonly now: number } {
  const { live, subject, dataClass, isRecheck } = question;
  const organization = live.organizationSlug;
  // What was counted when it began goes on.
  const usesWithin = isRecheck === true ? notCounted : rates.count;
  // Made at each call, so without spreading: that takes longer than the decision itself.
  const facts: Known =
    subject === null
      ? { now, organization, usesWithin }
      : {
          now,
          organization,
          usesWithin,
          person: subject.personId,
          roles: subject.roles,
          groups: subject.groups,
        };
  if (dataClass !== undefined) facts.dataClass = dataClass;
  if (subject === null) return facts;
  const { address, secondFactorAt } = subject;
  if (address !== null) facts.isAddressIn = (range) => isInAddressRange(address, range);
  if (secondFactorAt !== null) facts.secondFactorAt = secondFactorAt;
  return facts;
}

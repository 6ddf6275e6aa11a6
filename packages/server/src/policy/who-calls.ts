/**
 * Who is behind a view's token, as they are at this moment: what conditions and policies ask.
 *
 * Invariant: who is no member any longer calls nothing, whatever their token says.
 */
import { BerthError } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Subject } from "./ports.ts";
import type { Standing, SubjectSource } from "./subjects.ts";

/** Whom a view's token names. */
export interface NamedPerson {
  readonly person: (Pick<Subject, "secondFactorAt"> & { readonly id: string }) | undefined;
}

export interface WhoCalls {
  /**
   * From memory, or read when it is not there. Null: a token that names nobody, for which the app
   * acts as itself.
   *
   * @throws AUTH_REQUIRED
   */
  subjectOf(
    live: Pick<LiveInstallation, "organizationId">,
    claims: NamedPerson,
    address: string | null,
  ): Subject | null | Promise<Subject | null>;
  /** The same person now: roles and groups may have changed. @throws AUTH_REQUIRED */
  asOfNow(
    live: Pick<LiveInstallation, "organizationId">,
    subject: Subject,
  ): Subject | Promise<Subject>;
}

type Known = Pick<Subject, "personId" | "address" | "secondFactorAt">;

export function createWhoCalls(subjects: Pick<SubjectSource, "find" | "load">): WhoCalls {
  function withStanding(known: Known, standing: Standing | null): Subject {
    if (standing !== null) {
      const { personId, address, secondFactorAt } = known;
      const { roles, groups } = standing;
      return { personId, roles, groups, address, secondFactorAt };
    }
    throw new BerthError(
      "AUTH_REQUIRED",
      "The person behind this view is no member of the organization any longer.",
    );
  }

  function asOfNow(
    { organizationId }: Pick<LiveInstallation, "organizationId">,
    known: Known,
  ): Subject | Promise<Subject> {
    const { personId } = known;
    const standing = subjects.find(organizationId, personId);
    if (standing !== undefined) return withStanding(known, standing);
    return subjects.load(organizationId, personId).then((loaded) => withStanding(known, loaded));
  }

  return {
    asOfNow,
    subjectOf(live, { person }, address) {
      if (person === undefined) return null;
      return asOfNow(live, {
        personId: person.id,
        address,
        secondFactorAt: person.secondFactorAt,
      });
    },
  };
}

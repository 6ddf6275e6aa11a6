/**
 * The people and the organization of a new Berth.
 *
 * Invariant: the operator is made last, so that an operator means that the first run is over; a
 * first run that was cut short is taken up again at the next start.
 */
import type { Berth } from "@berth/server";

export const samplesPublisher = "berth-samples";
const people = {
  admin: { name: "Ada Admin", email: "admin@acme.example" },
  publisher: { name: "Berth samples", email: "samples@berth.example" },
  operator: { name: "Olga Operator", email: "operator@berth.example" },
} as const;

type Identity = Berth["identity"];
type Person = NonNullable<Awaited<ReturnType<Identity["findPerson"]>>>;

export interface FirstRun {
  readonly isFirst: boolean;
  /** Undefined when an earlier admin was removed since. */
  readonly admin: Person | undefined;
  readonly operator: Person;
}

export async function ensureFirstRun(identity: Identity): Promise<FirstRun> {
  const before = await identity.findOperator();
  if (before) {
    return {
      isFirst: false,
      admin: await identity.findPerson(people.admin.email),
      operator: before,
    };
  }
  const admin = await ensurePerson(identity, people.admin);
  if (!(await identity.findOrganization("acme"))) {
    await identity.createOrganization({ slug: "acme", name: "Acme", ownerId: admin.id });
  }
  const operator = await ensurePerson(identity, { ...people.operator, operatorRole: "admin" });
  return { isFirst: true, admin, operator };
}

/** In whose name the samples are published. */
export function ensureSamplesPerson(identity: Identity): Promise<Person> {
  return ensurePerson(identity, people.publisher);
}

async function ensurePerson(
  identity: Identity,
  person: Parameters<Identity["createPerson"]>[0],
): Promise<Person> {
  return (await identity.findPerson(person.email)) ?? identity.createPerson(person);
}

/** Writes a new person, with their password when they have one, in the caller's transaction. */
import { BerthError } from "@berth/protocol";
import type { OperatorRoleName } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Schema } from "../storage/schema.ts";

/** Nothing in it that is not seen: two addresses that look alike would be two people. */
const email = /^[^\s@\p{Cc}\p{Cf}]{1,64}@[^\s@\p{Cc}\p{Cf}]{1,190}$/u;

/** An address in the form in which it is stored and looked for. */
export function foldEmail(text: string): string {
  return text.trim().toLowerCase().normalize("NFC");
}

/** Folded, and seen as it is. @throws REQUEST_INVALID */
export function parseEmail(text: string): string {
  const address = foldEmail(text);
  if (email.test(address)) return address;
  throw new BerthError(
    "REQUEST_INVALID",
    `${JSON.stringify(text.slice(0, 80))} is not an e-mail address.`,
  );
}

export interface NewPerson {
  readonly id: string;
  readonly name: string;
  /** Of `parseEmail`. */
  readonly email: string;
  /** That the address is theirs was proven, or is vouched for by the operator. */
  readonly isEmailVerified: boolean;
  readonly passwordHash?: string | undefined;
  readonly operatorRole?: OperatorRoleName | undefined;
  readonly now: Date;
  readonly newId: (prefix: string) => string;
}

/** Fails with a unique violation when somebody has the address. */
export async function insertPerson(trx: Transaction<Schema>, person: NewPerson): Promise<void> {
  const { id, name, operatorRole, passwordHash, now } = person;
  await trx
    .insertInto("person")
    .values({ id, name, email: person.email, emailVerified: person.isEmailVerified })
    .execute();
  if (operatorRole !== undefined) {
    await trx
      .insertInto("operator")
      .values({ person_id: id, role: operatorRole, created_at: now })
      .execute();
  }
  if (passwordHash === undefined) return;
  await trx
    .insertInto("account")
    .values({
      ...{ id: person.newId("acc"), accountId: id, providerId: "credential" },
      ...{ userId: id, password: passwordHash, updatedAt: now },
    })
    .execute();
}

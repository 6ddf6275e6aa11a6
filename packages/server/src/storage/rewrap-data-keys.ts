/** Puts data keys of before organizations had keys under their organization's; resumable at every row. */
import type { Kysely } from "kysely";
import type { KeyRing } from "./keys.ts";
import type { Schema } from "./schema.ts";

const rowsAtOnce = 200;

/** @returns how many there were */
export async function rewrapDataKeys(
  kysely: Kysely<Schema>,
  keys: Pick<KeyRing, "ready" | "rewrap">,
): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = await kysely
      .selectFrom("installation")
      .select(["id", "organization_id", "data_key"])
      .where("data_key", "not like", "o1.%")
      .limit(rowsAtOnce)
      .execute();
    if (rows.length === 0) return total;
    for (const { id, organization_id: organizationId, data_key: wrapped } of rows) {
      await keys.ready(organizationId);
      await kysely
        .updateTable("installation")
        .set({ data_key: keys.rewrap(wrapped, organizationId) })
        .where("id", "=", id)
        // Somebody else's rewrapping of it is as good.
        .where("data_key", "=", wrapped)
        .execute();
    }
    total += rows.length;
  }
}

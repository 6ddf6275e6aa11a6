/** Policies stay in force when whoever wrote them is erased; who that was is not said any more. */
import type { PersonData } from "../identity/erasing/erase-person.ts";

export const policyPersonData: PersonData = {
  tables: ["policy_version", "policy_draft"],
  async forget(trx, { id, opaqueId, organizationId }) {
    for (const table of ["policy_version", "policy_draft"] as const) {
      const update = trx
        .updateTable(table)
        .set({ person_id: opaqueId })
        .where("person_id", "=", id);
      await (organizationId === undefined
        ? update
        : update.where("organization_id", "=", organizationId)
      ).execute();
    }
  },
};

/**
 * The log keeps its entries as they are when a person is erased: what is theirs in it is sealed under
 * their key, which goes. What remains is an id of chance that leads nowhere.
 */
import type { PersonData } from "../identity/erasing/erase-person.ts";

export const trailPersonData: PersonData = {
  tables: ["trail_act", "trail_entry"],
  forget: async () => undefined,
};

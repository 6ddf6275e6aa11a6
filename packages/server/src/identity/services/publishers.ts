/** Publishers as service principals see them too: the registry knows people only. */
import type { PublisherRoleName } from "@berth/protocol/api";
import type { PublisherContext } from "../../http/api.ts";
import { isServiceId, type Services } from "./services.ts";

interface OfPeople {
  get(name: string): Promise<{ readonly name: string; readonly displayName: string }>;
  findPublisher(name: string, personId: string): Promise<PublisherContext | undefined>;
  publishersOf(
    personId: string,
  ): Promise<readonly { name: string; displayName: string; role: PublisherRoleName }[]>;
}

export type PublishersOfCallers = Pick<OfPeople, "findPublisher" | "publishersOf">;

export function createPublishersOfCallers(
  publishers: OfPeople,
  services: Pick<Services, "permissionsIn" | "publisherOf">,
): PublishersOfCallers {
  return {
    async findPublisher(name, id) {
      const found = await publishers.findPublisher(name, id);
      if (found === undefined || !isServiceId(id)) return found;
      const permissions = await services.permissionsIn(found.name, id);
      return permissions === undefined ? found : { ...found, permissions };
    },
    async publishersOf(id) {
      if (!isServiceId(id)) return publishers.publishersOf(id);
      const name = await services.publisherOf(id);
      if (name === undefined) return [];
      const { displayName } = await publishers.get(name);
      // The lesser of the two roles that there are; what it may do is decided at each call.
      return [{ name, displayName, role: "developer" }];
    },
  };
}

import type { OrganizationPermission, PublisherPermission } from "@berth/protocol/api";

type Underscored<Name extends string> = Name extends `${infer Of}.${infer What}`
  ? `${Of}_${What}`
  : never;

/** A permission of people's, as far as the console has words for it. */
export type PeoplePermission = OrganizationPermission | PublisherPermission;

/** A permission's key in the dictionary, where a dot would mean another level. */
export function permissionKey(name: PeoplePermission): Underscored<PeoplePermission> {
  // Every name has one dot.
  return name.replace(".", "_") as Underscored<PeoplePermission>;
}

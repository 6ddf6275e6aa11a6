import type { OrganizationPermission } from "@berth/protocol/api";

type Underscored<Name extends string> = Name extends `${infer Of}.${infer What}`
  ? `${Of}_${What}`
  : never;

/** A permission's key in the dictionary, where a dot would mean another level. */
export function permissionKey(name: OrganizationPermission): Underscored<OrganizationPermission> {
  // Every name has one dot.
  return name.replace(".", "_") as Underscored<OrganizationPermission>;
}

import type { RoleView } from "@berth/protocol/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { useSignedIn } from "../session/use-signed-in.ts";
import { usePeopleQuery } from "./use-people-query.ts";
import { useRoleWords } from "./use-role-words.ts";

/** The roles of the organization shown. */
export function useOrganizationRoles(): UseQueryResult<readonly RoleView[]> {
  const organization = useOrganizationSlug();
  return usePeopleQuery(
    ["roles", organization],
    async (api, options) =>
      (await api.call("listRoles", { params: { organization } }, options)).roles,
  );
}

/** Those that one may give: nobody gives what they do not hold themselves. */
export function useGivableRoles(): readonly RoleView[] {
  const { data = [] } = useOrganizationRoles();
  const held = useSignedIn().organization?.permissions ?? [];
  return data.filter(({ permissions }) => permissions.every((name) => held.includes(name)));
}

/** What a role is called, by its id; the id itself while the names are not known. */
export function useRoleNames(): (role: string) => string {
  const { data = [] } = useOrganizationRoles();
  const words = useRoleWords();
  return (role) => words(role, data.find(({ id }) => id === role)?.name ?? role);
}

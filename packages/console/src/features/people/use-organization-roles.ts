import type { RoleView } from "@berth/protocol/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { useSignedIn } from "../session/use-signed-in.ts";
import { usePeopleQuery } from "./use-people-query.ts";

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

import type { InstallationView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

const settledPollMs = 15_000;
const movingPollMs = 1_500;
const moving: ReadonlySet<string> = new Set(["installing", "loading", "updating", "uninstalling"]);

/** The organization's installations; looked at more often while one of them is changing. */
export function useInstallations(): UseQueryResult<readonly InstallationView[]> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery<readonly InstallationView[]>({
    queryKey: ["installations", organization],
    refetchInterval: ({ state }) =>
      state.data?.some((each) => moving.has(each.state)) ? movingPollMs : settledPollMs,
    queryFn: async ({ signal }) =>
      (await api.call("listInstallations", { params: { organization } }, { signal })).installations,
  });
}

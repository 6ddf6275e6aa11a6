import { isBerthError } from "@berth/protocol";
import type { InstallationDetail } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { installationKey } from "./installation-key.ts";

export function useInstallation(installation: string): UseQueryResult<InstallationDetail> {
  const api = useApi();
  const organization = useOrganizationSlug();
  return useQuery({
    queryKey: installationKey(organization, installation),
    refetchInterval: ({ state }) =>
      isBerthError(state.error, "INSTALLATION_NOT_FOUND") ? false : 5_000,
    queryFn: ({ signal }) =>
      api.call("getInstallation", { params: { organization, installation } }, { signal }),
  });
}

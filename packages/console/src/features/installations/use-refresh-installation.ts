import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { installationKey } from "./installation-key.ts";

/** Looks at an installation anew after an act on it. */
export function useRefreshInstallation(installation: string): () => Promise<void> {
  const organization = useOrganizationSlug();
  const cache = useQueryClient();
  return useCallback(async () => {
    await Promise.all([
      cache.invalidateQueries({ queryKey: installationKey(organization, installation) }),
      cache.invalidateQueries({ queryKey: ["installations", organization] }),
    ]);
  }, [cache, organization, installation]);
}

import type { ReleaseDetail } from "@berth/protocol/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "../../features/api/use-api.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";

export interface InstallAnswers {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** By place in the release's permissions. */
  readonly isGranted: (index: number) => boolean;
}

/** Sends consent to exactly this release: its digest, and its permissions as they were shown. */
export function useInstall(release: ReleaseDetail) {
  const api = useApi();
  const organization = useOrganizationSlug();
  const cache = useQueryClient();
  const [publisher = "", name = ""] = release.app.split("/");
  const install = useMutation({
    mutationFn: ({ config, secrets, isGranted }: InstallAnswers) =>
      api.call("install", {
        params: { organization },
        body: {
          app: release.app,
          version: release.version,
          consent: {
            digest: release.digest,
            permissions: release.permissions.map((permission, index) => ({
              ...permission,
              isGranted: isGranted(index),
            })),
          },
          config: { ...config },
          secrets: { ...secrets },
        },
      }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["installations"] }),
  });
  const showNewest = () => cache.resetQueries({ queryKey: ["release", publisher, name] });
  return { ...install, showNewest };
}

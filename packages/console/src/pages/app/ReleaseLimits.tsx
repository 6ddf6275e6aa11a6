import type { ReleaseDetail } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { findReleaseManifest } from "../../features/apps/find-release-manifest.ts";
import { useLimitFacts } from "../../features/usage/use-limit-facts.ts";
import { Facts } from "../../ui/Facts.tsx";

/** What the app may use at most, as its manifest asks. */
export function ReleaseLimits({ release }: { readonly release: ReleaseDetail }) {
  const { t } = useTranslation();
  const limits = useLimitFacts();
  const manifest = findReleaseManifest(release);
  if (!manifest) return <Text c="dimmed">{t("app.unreadable")}</Text>;
  const tenancies = {
    dedicated: t("app.tenancy.dedicated"),
    organization: t("app.tenancy.organization"),
    fleet: t("app.tenancy.fleet"),
  };
  return (
    <Facts
      facts={[
        ...limits(manifest.resources),
        ...(manifest.server
          ? [{ label: t("app.tenancy.label"), value: tenancies[manifest.server.tenancy] }]
          : []),
      ]}
    />
  );
}

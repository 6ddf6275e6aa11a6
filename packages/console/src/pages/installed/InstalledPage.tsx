import { Text } from "@mantine/core";
import { IconPackage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import classes from "./InstalledPage.module.css";
import { InstalledRow } from "./InstalledRow.tsx";

export function InstalledPage() {
  const { t } = useTranslation();
  useOrganizationSlug();
  const { organization } = useSignedIn();
  const installations = useInstallations();
  return (
    <PageBody>
      <PageHeader
        title={t("installed.title")}
        subtitle={t("installed.subtitle", { organization: organization?.name ?? "" })}
      />
      <QueryView query={installations}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState
              icon={<IconPackage size={20} />}
              title={t("installed.empty")}
              action={<RouterButton to="/">{t("installed.browse")}</RouterButton>}
            >
              {t("installed.emptyBody")}
            </EmptyState>
          ) : (
            <>
              <ul className={classes.root}>
                {found.map((installation) => (
                  <InstalledRow key={installation.id} installation={installation} />
                ))}
              </ul>
              <Text size="xs" c="dimmed" mt="sm">
                {t("installed.count", { count: found.length })}
              </Text>
            </>
          )
        }
      </QueryView>
    </PageBody>
  );
}

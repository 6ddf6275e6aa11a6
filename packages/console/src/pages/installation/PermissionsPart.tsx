import type { InstallationDetail } from "@berth/protocol/api";
import { Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { Section } from "../../ui/Section.tsx";
import { GrantRow } from "./GrantRow.tsx";
import { NewerRelease } from "./NewerRelease.tsx";
import { OfferedRow } from "./OfferedRow.tsx";
import classes from "./PermissionsPart.module.css";
import { type Grants, useGrants } from "./use-grants.ts";

interface PermissionsPartProps {
  readonly installation: InstallationDetail;
}

/** What an installation may reach, and what may be done about it. */
export function PermissionsPart({ installation }: PermissionsPartProps) {
  const query = useGrants(installation.id);
  return (
    <QueryView query={query}>
      {(found) => <PermissionsContent installation={installation} {...found} />}
    </QueryView>
  );
}

function PermissionsContent({ installation, grants, notGranted }: Grants & PermissionsPartProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <NewerRelease installation={installation} />
      <Section
        title={t("grants.title")}
        description={t("grants.hint")}
        isFlush
        actions={
          <RouterButton
            variant="default"
            to="/permissions"
            search={{ installation: installation.id }}
          >
            {t("reach.link")}
          </RouterButton>
        }
      >
        {grants.length === 0 ? (
          <EmptyState icon={<IconLock size={26} />} title={t("grants.none")}>
            {notGranted.length > 0 && t("grants.noneBody")}
          </EmptyState>
        ) : (
          <ul className={classes.root}>
            {grants.map((grant) => (
              <GrantRow key={grant.id} installation={installation.id} grant={grant} />
            ))}
          </ul>
        )}
      </Section>
      {notGranted.length > 0 && (
        <Section title={t("grants.offered")} description={t("grants.offeredHint")} isFlush>
          <ul className={classes.root}>
            {notGranted.map((permission) => (
              <OfferedRow
                key={`${permission.type} ${permission.resource} ${permission.actions.join()}`}
                installation={installation.id}
                permission={permission}
              />
            ))}
          </ul>
        </Section>
      )}
    </Stack>
  );
}

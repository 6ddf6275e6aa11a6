import { Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { GrantRow } from "./GrantRow.tsx";
import { OfferedRow } from "./OfferedRow.tsx";
import classes from "./PermissionsPart.module.css";
import { type Grants, useGrants } from "./use-grants.ts";

/** What an installation may reach, and what may be done about it. */
export function PermissionsPart({ installation }: { readonly installation: string }) {
  const query = useGrants(installation);
  return (
    <QueryView query={query}>
      {(found) => <PermissionsContent installation={installation} {...found} />}
    </QueryView>
  );
}

function PermissionsContent({
  installation,
  grants,
  notGranted,
}: Grants & { readonly installation: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Section title={t("grants.title")} description={t("grants.hint")} isFlush>
        {grants.length === 0 ? (
          <EmptyState icon={<IconLock size={26} />} title={t("grants.none")}>
            {notGranted.length > 0 && t("grants.noneBody")}
          </EmptyState>
        ) : (
          <ul className={classes.root}>
            {grants.map((grant) => (
              <GrantRow key={grant.id} installation={installation} grant={grant} />
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
                installation={installation}
                permission={permission}
              />
            ))}
          </ul>
        </Section>
      )}
    </Stack>
  );
}
